import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import { createRandomId } from "../random-id.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import {
  ACCOUNT_MAIL,
  BUILT_IN_RULES,
  MAX_ALERT_RULES,
  type AlertRule,
  type AlertRuleDraft,
  type AlertRuleId,
} from "./alert-rule.ts";
import type { RuleOutcome } from "./alerts-view.ts";
import { prepareAskAgain } from "./ask-again.ts";
import type { RuleRows } from "./rule-rows.ts";

/** What OwnedRules is made of. */
export interface OwnedRulesParts {
  readonly database: Database;
  readonly rows: RuleRows;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

function prepare(database: Database) {
  return {
    askAgain: prepareAskAgain(database),
    tag: database.prepare<[string, string]>(
      "SELECT 1 FROM tag t JOIN ownership o ON o.id = t.ownership WHERE t.id = ? AND o.owner = ?",
    ),
    geofence: database.prepare<[string, string]>(
      "SELECT 1 FROM geofence WHERE id = ? AND owner = ? AND deleted_at IS NULL",
    ),
    channel: database.prepare<[string, string]>("SELECT 1 FROM alert_channel WHERE id = ? AND owner = ?"),
  };
}

/** By which rules owners are told. */
export class OwnedRules {
  readonly #parts: OwnedRulesParts;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(parts: OwnedRulesParts) {
    this.#parts = parts;
    this.#statements = prepare(parts.database);
  }

  list(owner: OwnerId): Promise<AlertRule[]> {
    return this.#parts.rows.ofOwner(owner);
  }

  async add(owner: OwnerId, draft: AlertRuleDraft): Promise<RuleOutcome> {
    const id = createRandomId<AlertRuleId>();
    const row = await this.#parts.rows.seal(owner, id, draft, this.#parts.now());
    const reason = this.#parts.writes.run(() => {
      if (this.#parts.rows.count(owner) >= MAX_ALERT_RULES) return "too-many-rules" as const;
      return this.#unknown(owner, draft) ?? this.#put(owner, row, "alert-rule.created");
    });
    return this.#outcome(owner, id, reason);
  }

  async change(owner: OwnerId, id: AlertRuleId, draft: AlertRuleDraft): Promise<RuleOutcome> {
    const former = (await this.list(owner)).find((rule) => rule.id === id);
    if (former === undefined) return { kind: "refused", reason: "not-found" };
    const { rows, writes, now } = this.#parts;
    const row = await rows.seal(owner, id, { ...draft, kind: former.kind }, now());
    const reason = writes.run(() => {
      if (!former.isBuiltIn && !rows.has(owner, id)) return "not-found" as const;
      return this.#unknown(owner, draft) ?? this.#put(owner, row, "alert-rule.changed");
    });
    return this.#outcome(owner, id, reason);
  }

  async remove(owner: OwnerId, id: AlertRuleId): Promise<"removed" | "not-found"> {
    const { rows, writes } = this.#parts;
    if (BUILT_IN_RULES.some((rule) => rule.id === id)) return this.#turnOff(owner, id);
    return writes.run(() => {
      if (!rows.drop(owner, id)) return "not-found";
      this.#record(owner, "alert-rule.removed", id);
      return "removed";
    });
  }

  async #turnOff(owner: OwnerId, id: AlertRuleId): Promise<"removed" | "not-found"> {
    const former = (await this.list(owner)).find((rule) => rule.id === id);
    if (former === undefined) return "not-found";
    const row = await this.#parts.rows.seal(
      owner,
      id,
      { ...draftOf(former), isEnabled: false },
      this.#parts.now(),
    );
    this.#parts.writes.run(() => this.#put(owner, row, "alert-rule.removed"));
    return "removed";
  }

  #put(
    owner: OwnerId,
    row: Parameters<RuleRows["put"]>[0],
    event: "alert-rule.changed" | "alert-rule.created" | "alert-rule.removed",
  ): undefined {
    this.#parts.rows.put(row);
    this.#record(owner, event, row.id);
  }

  #record(
    owner: OwnerId,
    event: "alert-rule.changed" | "alert-rule.created" | "alert-rule.removed",
    subject: string,
  ): void {
    this.#statements.askAgain(owner, this.#parts.now());
    this.#parts.trail.record({ event, actor: owner, account: owner, subject });
  }

  /** What the draft names and is not this owner's. */
  #unknown(owner: OwnerId, { tags = [], geofences = [], channels = [] }: AlertRuleDraft) {
    const { tag, geofence, channel } = this.#statements;
    const own = channels.filter((id) => id !== ACCOUNT_MAIL);
    if (tags.some((id) => tag.get(id, owner) === undefined)) return "unknown-tag" as const;
    if (geofences.some((id) => geofence.get(id, owner) === undefined)) return "unknown-geofence" as const;
    return own.some((id) => channel.get(id, owner) === undefined) ? ("unknown-channel" as const) : undefined;
  }

  async #outcome(
    owner: OwnerId,
    id: AlertRuleId,
    reason: Extract<RuleOutcome, { kind: "refused" }>["reason"] | undefined,
  ): Promise<RuleOutcome> {
    if (reason !== undefined) return { kind: "refused", reason };
    const rule = (await this.list(owner)).find((one) => one.id === id);
    return rule === undefined ? { kind: "refused", reason: "not-found" } : { kind: "kept", rule };
  }
}

/** What its owner says of a rule. */
function draftOf(rule: AlertRule): AlertRuleDraft {
  return Object.fromEntries(
    Object.entries(rule).filter(([name]) => !["id", "isBuiltIn", "changedAt"].includes(name)),
  ) as unknown as AlertRuleDraft;
}
