import type { GroupWrite } from "@purrimeter/database/group-write";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { createRandomId } from "../random-id.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { AlertId, DeliveryState, UnixMs } from "./alert.ts";
import { PAUSE_AFTER_S } from "./alert-channel.ts";
import { ACCOUNT_MAIL } from "./alert-rule.ts";
import type { DeliveryResult, DeliveryTask } from "./alert-work.ts";
import { openChannel } from "./channel-rows.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import type { DeliveryStatements, TriedChannel } from "./delivery-statements.ts";
import type { ReadyAlert, Teller } from "./tell.ts";

/** What deliveries are finished with. */
export interface DeliveryFinisherParts {
  readonly statements: DeliveryStatements;
  readonly writes: GroupWrite;
  readonly keys: OwnerKeys;
  readonly deliveries: DeliveryRows;
  readonly teller: Teller;
  readonly trail: StoreTrail;
}

const STATES: Readonly<Record<DeliveryResult["kind"], DeliveryState>> = {
  delivered: "delivered",
  retry: "waiting",
  failed: "failed",
  gone: "failed",
};

/** Keeps what attempts came to, and what follows for their channels. */
export class DeliveryFinisher {
  readonly #parts: DeliveryFinisherParts;

  constructor(parts: DeliveryFinisherParts) {
    this.#parts = parts;
  }

  async finish(task: DeliveryTask, result: DeliveryResult, nowMs: UnixMs, beganMs: UnixMs): Promise<boolean> {
    const { statements, writes } = this.#parts;
    const ending = await this.#ending(task, result, nowMs);
    return writes.submit(() => {
      const dueMs = result.kind === "retry" ? result.nextAtMs : null;
      const said = { error: result.kind === "delivered" ? null : result.error, tls: result.tls ?? null };
      const ended = { id: task.id, lease: task.lease, state: STATES[result.kind], dueMs, beganMs };
      const isAsked = !isUnasked(result);
      const { changes } = statements.finish.run({ ...ended, ...said, asked: isAsked ? 1 : 0 });
      if (changes === 0) return false;
      statements.tried.run({ channel: task.channel, account: task.account, nowMs, ...said });
      if (isAsked) statements.handed.run({ alert: task.alert.id, beganMs });
      if (result.kind === "delivered") statements.delivered.run({ alert: task.alert.id, atMs: result.atMs });
      if (task.channel !== ACCOUNT_MAIL && isAsked) this.#tried(task, result, nowMs, ending);
      return true;
    });
  }

  /** The alert that tells another way that a channel in use is paused or gone, when this result makes it so. */
  async #ending(task: DeliveryTask, result: DeliveryResult, nowMs: UnixMs): Promise<Ending | undefined> {
    const { account, channel } = task;
    if (channel === ACCOUNT_MAIL) return undefined;
    const row = this.#parts.statements.channel.get({ channel, account });
    const state = row && endOf(row, result, nowMs);
    if (row === undefined || state === undefined) return undefined;
    const createdAt = Math.floor(nowMs / 1_000) as UnixSeconds;
    const opened = await openChannel({ ...row, id: channel, owner: account }, this.#parts.keys, createdAt);
    const facts = { at: createdAt, name: opened?.name };
    const content = { id: createRandomId<AlertId>(), account, ownership: null, createdAt, facts };
    return { state, alert: await this.#parts.teller.ready({ ...content, kind: ALERT_OF[state] }) };
  }

  #tried(
    { account, channel }: DeliveryTask,
    result: DeliveryResult,
    nowMs: UnixMs,
    ending: Ending | undefined,
  ): void {
    const { statements, deliveries } = this.#parts;
    const row = statements.channel.get({ channel, account });
    if (row === undefined) return;
    const now = Math.floor(nowMs / 1_000);
    const since = result.kind === "delivered" ? null : (row.failing_since ?? now);
    const end = endOf(row, result, nowMs);
    // Of a channel that was not in use nobody has to be told.
    const isEnding = end !== undefined && end === ending?.state;
    const state = result.kind === "gone" ? "gone" : isEnding ? end : row.state;
    if (state === row.state && since === row.failing_since) return;
    statements.setChannel.run({ channel, account, state, since });
    if (state === row.state) return;
    deliveries.dropOfChannel(channel);
    if (isEnding) this.#tellEnd(account, channel, ending, nowMs);
  }

  #tellEnd(account: OwnerId, channel: string, { state, alert }: Ending, nowMs: UnixMs): void {
    const { teller, trail } = this.#parts;
    trail.record({ event: `alert-channel.${state}`, actor: "", account, subject: channel });
    teller.tell(alert, { channels: undefined, notBefore: undefined, nowMs });
  }
}

/** What becomes of a channel in use, and the alert that says so. */
interface Ending {
  readonly state: "paused" | "gone";
  readonly alert: ReadyAlert;
}

const ALERT_OF = { paused: "channel-failed", gone: "channel-gone" } as const;

/** What the result makes of a channel in use; undefined when it stays as it is. */
function endOf(row: TriedChannel, result: DeliveryResult, nowMs: UnixMs): Ending["state"] | undefined {
  if (result.kind === "gone") return row.state === "active" ? "gone" : undefined;
  return isFailure(result) && isTooLong(row, nowMs) ? "paused" : undefined;
}

function isFailure(result: DeliveryResult): boolean {
  return result.kind === "failed" || (result.kind === "retry" && !isUnasked(result));
}

/** While nobody could ask the endpoint it has done no wrong. */
function isUnasked(result: DeliveryResult): boolean {
  return result.kind === "retry" && result.isUnasked === true;
}

function isTooLong({ state, failing_since: since }: TriedChannel, nowMs: UnixMs): boolean {
  return state === "active" && since !== null && nowMs / 1_000 - since >= PAUSE_AFTER_S;
}
