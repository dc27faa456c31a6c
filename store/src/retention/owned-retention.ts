import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { TimeRange } from "../reading/location.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { DayTotal, DayTotalPage } from "../reading/day-total.ts";
import type { RetentionBounds, RetentionChoice } from "./retention-choice.ts";
import type { RetentionChoices } from "./retention-choices.ts";
import { openTotals } from "./total-rows.ts";

const DAY_S = 86_400;

function selectTotals(database: Database) {
  return statement(
    database,
    (queries, args: { ownership: number; from: number; to: number; limit: number }) =>
      queries
        .selectFrom("day_total")
        .select(["day", "sealing_key", "sealed"])
        .where("ownership", "=", args.ownership)
        .where("day", ">=", args.from)
        .where("day", "<=", args.to)
        .orderBy("day")
        .limit(args.limit),
  );
}

/** What OwnedRetention is made of. */
export interface OwnedRetentionParts {
  readonly database: Database;
  readonly writes: WriteTransaction;
  readonly choices: RetentionChoices;
  readonly keys: OwnerKeys;
  readonly trail: StoreTrail;
}

/** Owners' choices, and the totals that are left of their tags' days. */
export class OwnedRetention {
  readonly #parts: OwnedRetentionParts;
  readonly #select: ReturnType<typeof selectTotals>;

  constructor(parts: OwnedRetentionParts) {
    this.#parts = parts;
    this.#select = selectTotals(parts.database);
  }

  read(owner: OwnerId, bounds: RetentionBounds): RetentionChoice {
    return this.#parts.choices.of(owner, bounds);
  }

  choose(owner: OwnerId, change: Partial<RetentionChoice>, bounds: RetentionBounds): RetentionChoice {
    const { choices, trail, writes } = this.#parts;
    return writes.run(() => {
      choices.set(owner, change);
      const chosen = choices.of(owner, bounds);
      const count = chosen.days;
      trail.record({ event: "retention.changed", actor: owner, account: owner, subject: "", count });
      return chosen;
    });
  }

  /** Of an ownership whose right to be read was checked. */
  async totals(
    ownership: { readonly tag: TagId; readonly id: number },
    range: TimeRange,
  ): Promise<DayTotalPage> {
    const from = Math.ceil(Math.max(range.from, (range.after?.at ?? -1) + 1) / DAY_S);
    const limits = { from, to: Math.floor(range.to / DAY_S), limit: range.limit + 1 };
    const rows = unlessCorrupt(() => this.#select.all({ ownership: ownership.id, ...limits }), []);
    const items: DayTotal[] = [];
    for (const { day, sealing_key: keyId, sealed } of rows.slice(0, range.limit)) {
      const key = await this.#parts.keys.find(keyId);
      const totals = key && openTotals({ ...ownership, keyId, key }, day, sealed);
      items.push({ at: (day * DAY_S) as UnixSeconds, totals });
    }
    const last = rows.length > range.limit ? items.at(-1) : undefined;
    return { items, next: last && { at: last.at, epoch: 0 as Epoch, number: 0 as EntryNumber } };
  }
}
