import type { KeyObject } from "node:crypto";
import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import {
  BUILT_IN_RULES,
  type AlertRule,
  type AlertRuleDraft,
  type AlertRuleId,
  type AlertRuleKind,
} from "./alert-rule.ts";
import { openForAccount, sealForAccount } from "./seal-account.ts";

interface RuleRow {
  readonly owner: string;
  readonly id: string;
  readonly kind: AlertRuleKind;
  readonly changed_at: number;
  readonly sealing_key: number;
  readonly sealed: Buffer;
}

function prepare(database: Database) {
  return {
    all: database.prepare<[string], RuleRow>("SELECT * FROM alert_rule WHERE owner = ? ORDER BY id"),
    ids: database.prepare<[string], string>("SELECT id FROM alert_rule WHERE owner = ? ORDER BY id").pluck(),
    one: database.prepare<[string, string], RuleRow>("SELECT * FROM alert_rule WHERE owner = ? AND id = ?"),
    put: database.prepare<[RuleRow]>(
      `INSERT INTO alert_rule (owner, id, kind, changed_at, sealing_key, sealed)
       VALUES (@owner, @id, @kind, @changed_at, @sealing_key, @sealed)
       ON CONFLICT (owner, id) DO UPDATE SET changed_at = @changed_at, sealing_key = @sealing_key, sealed = @sealed`,
    ),
    drop: database.prepare<[string, string]>("DELETE FROM alert_rule WHERE owner = ? AND id = ?"),
  };
}

/** Rules of owners, each sealed under its owner's key. What writes is only called inside a transaction. */
export class RuleRows {
  readonly #keys: OwnerKeys;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, keys: OwnerKeys) {
    this.#keys = keys;
    this.#statements = prepare(database);
  }

  /**
   * The built-in ones, changed or not, then the owner's by id. One that does not open is off, and a built-in one holds as it was
   * built in: better told once too often.
   */
  async ofOwner(owner: OwnerId): Promise<AlertRule[]> {
    const kept = new Map<string, AlertRule | undefined>();
    for (const row of this.#rows(owner))
      kept.set(isLost(row) ? row.lost : row.id, isLost(row) ? undefined : await this.#toRule(row));
    const builtIn = BUILT_IN_RULES.map((rule) => kept.get(rule.id) ?? rule);
    const names = new Set<string>(BUILT_IN_RULES.map(({ id }) => id));
    const own = [...kept].filter(([id]) => !names.has(id));
    return [...builtIn, ...own.map(([id, rule]) => rule ?? unreadable(id))];
  }

  count(owner: OwnerId): number {
    return this.#statements.ids.all(owner).length;
  }

  has(owner: OwnerId, id: AlertRuleId): boolean {
    return this.#statements.one.get(owner, id) !== undefined;
  }

  /** The row of a rule, to be put in a transaction. */
  async seal(owner: OwnerId, id: AlertRuleId, draft: AlertRuleDraft, at: UnixSeconds): Promise<RuleRow> {
    return sealRule(owner, id, draft, at, await this.#keys.ofOwner(owner));
  }

  put(row: RuleRow): void {
    this.#statements.put.run(row);
  }

  drop(owner: OwnerId, id: AlertRuleId): boolean {
    return this.#statements.drop.run(owner, id).changes > 0;
  }

  #rows(owner: OwnerId) {
    const { all, ids, one } = this.#statements;
    return allReadable({
      all: () => all.all(owner),
      ids: () => ids.all(owner),
      one: (id) => one.get(owner, id),
    });
  }

  async #toRule(row: RuleRow): Promise<AlertRule | undefined> {
    const draft = await openRule(row, this.#keys);
    if (draft !== undefined) return { ...draft, ...headOf(row) };
    const isBuiltIn = BUILT_IN_RULES.some(({ id }) => id === row.id);
    return isBuiltIn ? undefined : { ...headOf(row), isEnabled: false, tellsViewers: false };
  }
}

/** The row of a rule. */
export function sealRule(
  owner: OwnerId,
  id: string,
  draft: AlertRuleDraft,
  at: number,
  { id: keyId, key }: { readonly id: number; readonly key: KeyObject },
): RuleRow {
  const sealed = sealForAccount({ account: owner, id, keyId }, key, placeOf(at), draft);
  return { owner, id, kind: draft.kind, changed_at: at, sealing_key: keyId, sealed };
}

/** What the owner said of a rule; undefined when it does not open. */
export async function openRule(
  row: RuleRow,
  keys: Pick<OwnerKeys, "find">,
): Promise<AlertRuleDraft | undefined> {
  const key = await keys.find(row.sealing_key);
  const thing = { account: row.owner, id: row.id, keyId: row.sealing_key };
  return openForAccount(thing, key, placeOf(row.changed_at), row.sealed) as AlertRuleDraft | undefined;
}

function headOf(row: RuleRow): Pick<AlertRule, "id" | "kind" | "isBuiltIn" | "changedAt"> {
  const isBuiltIn = BUILT_IN_RULES.some(({ id }) => id === row.id);
  return { id: row.id as AlertRuleId, kind: row.kind, isBuiltIn, changedAt: row.changed_at as UnixSeconds };
}

/** What is left of a rule on a page that cannot be read: it can be removed. */
function unreadable(id: string): AlertRule {
  const off = { isEnabled: false, tellsViewers: false, isBuiltIn: false } as const;
  return { id: id as AlertRuleId, kind: "left", changedAt: 0 as UnixSeconds, ...off };
}

function placeOf(at: number) {
  return { kind: "alert-rule", epoch: 0, number: 0, at } as const;
}
