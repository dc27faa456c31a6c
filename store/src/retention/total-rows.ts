import type { Database } from "@purrimeter/database/open-database";
import type { KeyObject } from "node:crypto";
import type { TagId } from "@purrimeter/protocol/values";
import { statement } from "../schema/statement.ts";
import { Sealer } from "../sealing/seal.ts";
import type { Totals } from "../reading/day-total.ts";
import type { KnownSides } from "./measure-day.ts";

const DAY_S = 86_400;

interface Sealed {
  readonly key: number | null;
  readonly sealed: Buffer | null;
}

interface AnonymousRow {
  readonly day: number;
  readonly outsideS: number;
  readonly distanceM: number;
  readonly exits: number;
}

function prepareProgress(database: Database) {
  return {
    progress: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("total_progress").selectAll().where("ownership", "=", args.ownership),
    ),
    advance: statement(
      database,
      (queries, { ownership, day, key, sealed }: Sealed & { ownership: number; day: number }) =>
        queries
          .insertInto("total_progress")
          .values({ ownership, through_day: day, sealing_key: key, sealed })
          .onConflict((conflict) =>
            conflict.column("ownership").doUpdateSet({ through_day: day, sealing_key: key, sealed }),
          ),
    ),
    pass: statement(database, (queries, { ownership, day }: { ownership: number; day: number }) =>
      queries
        .insertInto("total_progress")
        .values({ ownership, through_day: day })
        .onConflict((conflict) => conflict.column("ownership").doUpdateSet({ through_day: day })),
    ),
    exists: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("ownership").select("id").where("id", "=", args.ownership),
    ),
    forgetSides: statement(database, (queries, args: { ownership: number }) =>
      queries
        .updateTable("total_progress")
        .set({ sealing_key: null, sealed: null })
        .where("ownership", "=", args.ownership),
    ),
  };
}

function prepareTotals(database: Database) {
  return {
    add: statement(
      database,
      (queries, args: { ownership: number; day: number; key: number; sealed: Buffer }) =>
        queries
          .insertInto("day_total")
          .values({
            ownership: args.ownership,
            day: args.day,
            sealing_key: args.key,
            sealed: args.sealed,
          })
          .onConflict((conflict) => conflict.doNothing()),
    ),
    addAnonymous: statement(database, (queries, { day, outsideS, distanceM, exits }: AnonymousRow) =>
      queries
        .insertInto("anonymous_day")
        .values({ day, tags: 1, outside_s: outsideS, distance_m: distanceM, exits })
        .onConflict((conflict) =>
          conflict.column("day").doUpdateSet((is) => ({
            tags: is("anonymous_day.tags", "+", 1),
            outside_s: is("anonymous_day.outside_s", "+", outsideS),
            distance_m: is("anonymous_day.distance_m", "+", distanceM),
            exits: is("anonymous_day.exits", "+", exits),
          })),
        ),
    ),
    drop: statement(database, (queries, args: { ownership: number }) =>
      queries.deleteFrom("day_total").where("ownership", "=", args.ownership),
    ),
    has: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("day_total").select("day").where("ownership", "=", args.ownership).limit(1),
    ),
  };
}

/** An ownership and the key by which what is left of its days is sealed. */
export interface SealedOwnership {
  readonly id: number;
  readonly tag: TagId;
  readonly keyId: number;
  readonly key: KeyObject;
}

function sealerOf({ id, tag, keyId, key }: SealedOwnership): Sealer {
  return new Sealer({ text: tag, number: id, keyId }, key);
}

const placeOf = (day: number) => ({ kind: "day-total", epoch: 0, number: 0, at: day * DAY_S }) as const;
const SIDES_PLACE = { kind: "last-sides", epoch: 0, number: 0, at: 0 } as const;

/** The totals of a row; undefined when it does not open. */
export function openTotals(ownership: SealedOwnership, day: number, sealed: Buffer): Totals | undefined {
  const plain = sealerOf(ownership).open(placeOf(day), sealed);
  return plain && (JSON.parse(plain.toString("utf8")) as Totals);
}

/** Writes totals, and through which day an ownership's are written. What writes is only called inside a transaction. */
export class TotalRows {
  readonly #statements: ReturnType<typeof prepareProgress> & ReturnType<typeof prepareTotals>;

  constructor(database: Database) {
    this.#statements = { ...prepareProgress(database), ...prepareTotals(database) };
  }

  /** Whether the ownership was not erased meanwhile; to be asked in the transaction that writes. */
  exists(ownership: number): boolean {
    return this.#statements.exists.get({ ownership }) !== undefined;
  }

  /** The last day that was counted or given up; -1 for none. */
  throughDay(ownership: number): number {
    return this.#statements.progress.get({ ownership })?.through_day ?? -1;
  }

  /** The sides at the end of that day. */
  sides(ownership: SealedOwnership): KnownSides {
    const sealed = this.#statements.progress.get({ ownership: ownership.id })?.sealed;
    const plain = sealed ? sealerOf(ownership).open(SIDES_PLACE, sealed) : undefined;
    return new Map(plain && (JSON.parse(plain.toString("utf8")) as [string, "inside" | "outside"][]));
  }

  /** The day is counted, and these are the sides at its end. */
  advance(ownership: SealedOwnership, day: number, sides: KnownSides): void {
    const sealed = sealerOf(ownership).seal(SIDES_PLACE, Buffer.from(JSON.stringify([...sides])));
    this.#statements.advance.run({ ownership: ownership.id, day, key: ownership.keyId, sealed });
  }

  /** Days through this one are done; the sides stay as they are known. */
  pass(ownership: number, day: number): void {
    this.#statements.pass.run({ ownership, day });
  }

  add(ownership: SealedOwnership, day: number, totals: Totals): void {
    const sealed = sealerOf(ownership).seal(placeOf(day), Buffer.from(JSON.stringify(totals)));
    this.#statements.add.run({ ownership: ownership.id, day, key: ownership.keyId, sealed });
  }

  addAnonymous(day: number, { outsideS = 0, distanceM, exits }: Totals): void {
    this.#statements.addAnonymous.run({ day, outsideS, distanceM, exits });
  }

  /** Whether there are totals that the owner could read. */
  has(ownership: number): boolean {
    return this.#statements.has.get({ ownership }) !== undefined;
  }

  drop(ownership: number): void {
    this.#statements.drop.run({ ownership });
  }

  forgetSides(ownership: number): void {
    this.#statements.forgetSides.run({ ownership });
  }
}
