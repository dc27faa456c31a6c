import type { GroupWrite } from "@purrimeter/database/group-write";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "../reading/owner-id.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { AlertFacts, AlertId, UnixMs } from "./alert.ts";
import { ACCOUNT_MAIL, type AlertChannelId } from "./alert-rule.ts";
import { openAlert, stagesOf } from "./alert-rows.ts";
import type { DeliveryTask } from "./alert-work.ts";
import { openChannel } from "./channel-rows.ts";
import type { DeliveryRow, DeliveryStatements, DueRow } from "./delivery-statements.ts";
import { createLease, UNREADABLE_MS, unlessCorruptLater } from "./lease-tasks.ts";
import { proofPlaceOf } from "./owned-channels.ts";
import type { PreferenceRows } from "./preference-rows.ts";
import { openForAccount } from "./seal-account.ts";

/** Rows that are looked at for each that is wanted: one account with many does not hide the others. */
const LOOKED_AT = 8;
/** How long a delivery waits because its account has as many under way as it may. */
const DEFER_MS = 1_000;

export interface DeliveryLimits {
  readonly limit: number;
  readonly perAccount: number;
}

/** What deliveries are taken with. */
export interface DeliveryTakerParts {
  readonly statements: DeliveryStatements;
  readonly grouped: GroupWrite;
  readonly cache: KeyCache;
  readonly keys: OwnerKeys;
  readonly preferences: PreferenceRows;
}

/** `drop`: nobody may be told any more. `later`: a key is not there. */
type Opened = DeliveryTask | "drop" | "later";

/** Takes deliveries that are due for who makes them. */
export class DeliveryTaker {
  readonly #parts: DeliveryTakerParts;

  constructor(parts: DeliveryTakerParts) {
    this.#parts = parts;
  }

  async take(nowMs: UnixMs, leaseMs: number, limits: DeliveryLimits): Promise<DeliveryTask[]> {
    const tasks: DeliveryTask[] = [];
    for (const [id, lease] of await this.#lease(nowMs, leaseMs, limits)) {
      const opened = (await unlessCorruptLater(() => this.#open(id, lease, nowMs))) ?? "later";
      if (typeof opened === "object") tasks.push(opened);
      else await this.#giveUp(id, opened, nowMs + leaseMs);
    }
    return tasks;
  }

  async #lease(nowMs: UnixMs, leaseMs: number, limits: DeliveryLimits): Promise<Map<string, string>> {
    const { statements, grouped } = this.#parts;
    const wanted = { nowMs, limit: limits.limit * LOOKED_AT };
    if (statements.due.get(wanted) === undefined) return new Map();
    return grouped.submit(() => this.#leaseAll(wanted, leaseMs, limits));
  }

  #leaseAll(
    wanted: { readonly nowMs: UnixMs; readonly limit: number },
    leaseMs: number,
    { limit, perAccount }: DeliveryLimits,
  ): Map<string, string> {
    const { statements } = this.#parts;
    const { nowMs } = wanted;
    const leased = new Map<string, string>();
    const underWay = new Map<string, number>();
    for (const { id, account } of statements.due.all(wanted)) {
      if (leased.size >= limit) break;
      const count = underWay.get(account) ?? this.#underWay({ id, account }, nowMs);
      const isMuch = count >= perAccount;
      underWay.set(account, isMuch ? count : count + 1);
      if (isMuch) statements.setAside.run({ id, nowMs, untilMs: nowMs + DEFER_MS });
      else leased.set(id, this.#leaseOne(id, nowMs, nowMs + leaseMs));
    }
    return leased;
  }

  #underWay({ account }: DueRow, nowMs: UnixMs): number {
    return this.#parts.statements.leased.get({ account, nowMs }) ?? 0;
  }

  #leaseOne(id: string, nowMs: UnixMs, untilMs: UnixMs): string {
    const lease = createLease();
    this.#parts.statements.lease.run({ id, lease, nowMs, untilMs });
    return lease;
  }

  #giveUp(id: string, reason: "drop" | "later", leasedUntilMs: UnixMs): Promise<void> {
    const { statements, grouped } = this.#parts;
    return grouped.submit(() => {
      if (reason === "drop") statements.drop.run(id);
      else statements.defer.run({ id, nowMs: leasedUntilMs, untilMs: leasedUntilMs + UNREADABLE_MS });
    });
  }

  async #open(id: string, lease: string, nowMs: UnixMs): Promise<Opened> {
    const now = Math.floor(nowMs / 1_000);
    const row = this.#parts.statements.one.get({ id, now });
    if (row === undefined || row.is_wanted === 0) return "drop";
    const readiness = await this.#keysOf(row);
    if (readiness !== "ready") return readiness;
    const content = row.alert === null ? await this.#proof(row) : await this.#facts(row);
    const endpoint = await this.#endpoint(row, now);
    // Bytes that do not open never will.
    if (content === undefined || endpoint === undefined) return "drop";
    return {
      ...{ id, lease, account: row.account as OwnerId, channel: row.channel as AlertChannelId },
      ...content,
      ...endpoint,
      preferences: this.#parts.preferences.of(row.account as OwnerId),
      attempts: row.attempts,
      firstAttemptAt: row.first_attempt_ms ?? undefined,
      isFailing: row.failing_since !== null,
    };
  }

  /** An erased owner's tag is told to nobody, whoever's copy of the database this is. */
  async #keysOf(row: DeliveryRow): Promise<"ready" | "drop" | "later"> {
    for (const id of [row.alert_key, row.code_key, row.channel_key, row.ownership_key]) {
      if (id === null) continue;
      const key = await this.#parts.cache.look(id);
      if (key === "erased") return "drop";
      if (key === "missing") return "later";
    }
    return "ready";
  }

  async #facts(row: DeliveryRow): Promise<Pick<DeliveryTask, "alert" | "proofCode"> | undefined> {
    const { alert: id, kind, told_at: at, alert_key: keyId, facts: sealed } = row;
    if (id === null || kind === null || at === null || keyId === null || sealed === null) return undefined;
    const head = { id, account: row.account, ownership: row.ownership, kind, count: row.count };
    const key = await this.#parts.keys.find(keyId);
    const facts = openAlert({ ...head, created_at: at, sealing_key: keyId, sealed }, key);
    return facts && { alert: { ...this.#head(row, id, kind, at), facts }, proofCode: undefined };
  }

  #head(row: DeliveryRow, id: string, kind: NonNullable<DeliveryRow["kind"]>, at: number) {
    const tag = (row.tag ?? undefined) as TagId | undefined;
    return { id: id as AlertId, kind, tag, createdAt: at as UnixSeconds, stages: stagesOf(row) };
  }

  async #proof(row: DeliveryRow): Promise<Pick<DeliveryTask, "alert" | "proofCode"> | undefined> {
    const { id, account, code_key: keyId, code: sealed, created_at: at } = row;
    if (keyId === null || sealed === null) return undefined;
    const key = await this.#parts.keys.find(keyId);
    const code = openForAccount({ account, id, keyId }, key, proofPlaceOf(at), sealed);
    const facts: AlertFacts = { at: at as UnixSeconds };
    if (typeof code !== "string") return undefined;
    return { alert: { ...this.#head(row, id, "test", at), facts }, proofCode: code };
  }

  async #endpoint(row: DeliveryRow, now: number): Promise<Pick<DeliveryTask, "endpoint"> | undefined> {
    if (row.channel === ACCOUNT_MAIL) return { endpoint: undefined };
    const { channel_version: version, channel_created_at: created_at } = row;
    const { channel_key: sealing_key, endpoint: sealed } = row;
    if (version === null || created_at === null || sealing_key === null || sealed === null) return undefined;
    const channel = { id: row.channel, owner: row.account, version, created_at, sealing_key, sealed };
    const opened = await openChannel(channel, this.#parts.keys, now);
    return opened && { endpoint: opened.endpoint };
  }
}
