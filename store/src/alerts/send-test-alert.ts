import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import { createRandomId } from "../random-id.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { AlertId } from "./alert.ts";
import { ACCOUNT_MAIL, type AlertChannelId } from "./alert-rule.ts";
import { prepareAlerts, sealAlert } from "./alert-rows.ts";
import type { ChannelRows } from "./channel-rows.ts";
import type { DeliveryRows } from "./delivery-rows.ts";

/** What a test alert is sent with. */
export interface TestAlertParts {
  readonly database: Database;
  readonly channels: ChannelRows;
  readonly deliveries: DeliveryRows;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

/** Writes a test alert over one channel, to be sent like any other. */
export async function sendTestAlert(
  parts: TestAlertParts,
  account: OwnerId,
  channel: AlertChannelId,
): Promise<{ readonly id: AlertId } | "not-found" | "not-proved"> {
  const { channels, deliveries, keys, writes, trail, now } = parts;
  const refusal = (): "not-found" | "not-proved" | undefined => {
    if (channel === ACCOUNT_MAIL) return undefined;
    const state = channels.get(account, channel)?.state;
    return state === undefined ? "not-found" : state === "active" ? undefined : "not-proved";
  };
  const refused = refusal();
  if (refused !== undefined) return refused;
  const createdAt = now();
  const id = createRandomId<AlertId>();
  const ofNoTag = { ownership: null, createdAt } as const;
  const content = { id, account, kind: "test", ...ofNoTag, facts: { at: createdAt } } as const;
  const row = sealAlert(content, await keys.ofOwner(account));
  const { add } = prepareAlerts(parts.database);
  return writes.run(() => {
    const since = refusal();
    if (since !== undefined) return since;
    add.run(row);
    deliveries.add({ alert: id, account, channel, ...ofNoTag, dueMs: createdAt * 1_000 });
    trail.record({ event: "alert-channel.tested", actor: account, account, subject: channel });
    return { id };
  });
}
