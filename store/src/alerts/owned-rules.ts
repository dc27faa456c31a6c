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

type Refused = Extract<RuleOutcome, { kind: "refused" }>;

const NOT_FOUND: Refused = { kind: "refused", reason: "not-found" };
const TOO_MANY: Refused = { kind: "refused", reason: "too-many-rules" };

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
    const refused = this.#parts.writes.run(() => {
      if (this.#parts.rows.count(owner) >= MAX_ALERT_RULES) return TOO_MANY;
      return this.#unknown(owner, draft) ?? this.#put(owner, row, "alert-rule.created");
    });
    return this.#outcome(owner, id, refused);
  }

  async change(owner: OwnerId, id: AlertRuleId, draft: AlertRuleDraft): Promise<RuleOutcome> {
    const former = (await this.list(owner)).find((rule) => rule.id === id);
    if (former === undefined) return NOT_FOUND;
    const { rows, writes, now } = this.#parts;
    const row = await rows.seal(owner, id, { ...draft, kind: former.kind }, now());
    const refused = writes.run(() => {
      if (!former.isBuiltIn && !rows.has(owner, id)) return NOT_FOUND;
      return this.#unknown(owner, draft) ?? this.#put(owner, row, "alert-rule.changed");
    });
    return this.#outcome(owner, id, refused);
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
  #unknown(owner: OwnerId, draft: AlertRuleDraft): Refused | undefined {
    const { tags = [], geofences = [], channels = [] } = draft;
    const { tag, geofence, channel } = this.#statements;
    const places = [
      { reason: "unknown-tag", at: tags.findIndex((id) => tag.get(id, owner) === undefined) },
      { reason: "unknown-geofence", at: geofences.findIndex((id) => geofence.get(id, owner) === undefined) },
      {
        reason: "unknown-channel",
        at: channels.findIndex((id) => id !== ACCOUNT_MAIL && channel.get(id, owner) === undefined),
      },
    ] as const;
    const first = places.find(({ at }) => at >= 0);
    return first && { kind: "refused", ...first };
  }

  async #outcome(owner: OwnerId, id: AlertRuleId, refused: Refused | undefined): Promise<RuleOutcome> {
    if (refused !== undefined) return refused;
    const rule = (await this.list(owner)).find((one) => one.id === id);
    return rule === undefined ? NOT_FOUND : { kind: "kept", rule };
  }
}

/** What its owner says of a rule. */
function draftOf(rule: AlertRule): AlertRuleDraft {
  return Object.fromEntries(
    Object.entries(rule).filter(([name]) => !["id", "isBuiltIn", "changedAt"].includes(name)),
  ) as unknown as AlertRuleDraft;
}
