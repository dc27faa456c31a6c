import type { GroupWrite } from "@purrimeter/database/group-write";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { createRandomId } from "../random-id.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
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
    const pausing = await this.#pausing(task, result, nowMs);
    return writes.submit(() => {
      const dueMs = result.kind === "retry" ? result.nextAtMs : null;
      const error = result.kind === "delivered" ? null : result.error;
      const ended = { id: task.id, lease: task.lease, state: STATES[result.kind], dueMs, beganMs };
      const isAsked = !isUnasked(result);
      const { changes } = statements.finish.run({
        ...ended,
        ...{ error, tls: result.tls ?? null, asked: isAsked ? 1 : 0 },
      });
      if (changes === 0) return false;
      if (isAsked) statements.handed.run({ alert: task.alert.id, beganMs });
      if (result.kind === "delivered") statements.delivered.run({ alert: task.alert.id, atMs: result.atMs });
      if (task.channel !== ACCOUNT_MAIL && isAsked) this.#tried(task, result, nowMs, pausing);
      return true;
    });
  }

  /** The alert that tells another way that the channel is paused, when this result pauses it. */
  async #pausing(task: DeliveryTask, result: DeliveryResult, nowMs: UnixMs): Promise<ReadyAlert | undefined> {
    const { account, channel } = task;
    if (channel === ACCOUNT_MAIL || !isFailure(result)) return undefined;
    const row = this.#parts.statements.channel.get({ channel, account });
    if (row === undefined || !isTooLong(row, nowMs)) return undefined;
    const createdAt = Math.floor(nowMs / 1_000) as UnixSeconds;
    const opened = await openChannel({ ...row, id: channel, owner: account }, this.#parts.keys, createdAt);
    const facts = { at: createdAt, name: opened?.name };
    const content = { id: createRandomId<AlertId>(), account, ownership: null, createdAt, facts };
    return this.#parts.teller.ready({ ...content, kind: "channel-failed" });
  }

  #tried(
    { account, channel }: DeliveryTask,
    result: DeliveryResult,
    nowMs: UnixMs,
    pausing: ReadyAlert | undefined,
  ): void {
    const { statements, deliveries, teller, trail } = this.#parts;
    const row = statements.channel.get({ channel, account });
    if (row === undefined) return;
    const now = Math.floor(nowMs / 1_000);
    const since = result.kind === "delivered" ? null : (row.failing_since ?? now);
    const isPaused = pausing !== undefined && row.state === "active" && isTooLong(row, nowMs);
    const state = result.kind === "gone" ? "gone" : isPaused ? "paused" : row.state;
    if (state === row.state && since === row.failing_since) return;
    statements.setChannel.run({ channel, account, state, since });
    if (state === row.state) return;
    deliveries.dropOfChannel(channel);
    if (!isPaused || state !== "paused") return;
    trail.record({ event: "alert-channel.paused", actor: "", account, subject: channel });
    teller.tell(pausing, { channels: undefined, notBefore: undefined, nowMs });
  }
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
