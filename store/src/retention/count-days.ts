import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { FixEntry } from "@purrimeter/protocol/entry";
import type { TagId } from "@purrimeter/protocol/values";
import type { PieceReader } from "../reading/read-pieces.ts";
import { ReadTurns } from "../reading/read-turns.ts";
import { statement } from "../schema/statement.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { utcDay } from "../utc-day.ts";
import type { Totals } from "../reading/day-total.ts";
import { measureDay, type KnownTransition } from "./measure-day.ts";
import type { Afterwards } from "./retention-choice.ts";
import type { SealedOwnership, TotalRows } from "./total-rows.ts";

const DAY_S = 86_400;

function prepare(database: Database) {
  return {
    nextDay: statement(database, (queries, args: { ownership: number; after: number; before: number }) =>
      queries
        .selectFrom("tag_day")
        .select((is) => is.fn.min<number | null>("day").as("day"))
        .where("ownership", "=", args.ownership)
        .where("day", ">", args.after)
        .where("day", "<", args.before),
    ),
    events: statement(database, (queries, args: { ownership: number; from: number; to: number }) =>
      queries
        .selectFrom("event")
        .select(["epoch", "number", "recorded_at", "geofence", "sealing_key", "sealed"])
        .where("ownership", "=", args.ownership)
        .where("at", ">=", args.from)
        .where("at", "<=", args.to)
        .orderBy("at")
        .orderBy("epoch")
        .orderBy("number"),
    ),
    geofence: statement(database, (queries, args: { id: string }) =>
      queries.selectFrom("geofence").select("deleted_at").where("id", "=", args.id),
    ),
    assigned: statement(database, (queries, args: { ownership: number; geofence: string }) =>
      queries
        .selectFrom("assignment")
        .select("ref")
        .where("geofence", "=", args.geofence)
        .where("ownership", "=", args.ownership)
        .where("until_version", "is", null),
    ),
  };
}

/** An ownership whose days come to an end. */
export interface CountedOwnership {
  readonly id: number;
  readonly tag: TagId;
  readonly sealing_key: number;
  /** Entries from before it are a former owner's; 0 for the first. */
  readonly entries_from: number;
}

/** What DayCounter is made of. */
export interface DayCounterParts {
  readonly database: Database;
  readonly writes: WriteTransaction;
  readonly keys: OwnerKeys;
  readonly pieces: PieceReader;
  readonly rows: TotalRows;
  readonly monotonicMs: () => number;
}

/**
 * Counts days before they are deleted, each once: the totals of a day and the note that it is counted are one transaction, and
 * what comes later for a counted day is in no total.
 */
export class DayCounter {
  readonly #parts: DayCounterParts;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #turns: ReadTurns;

  constructor(parts: DayCounterParts) {
    this.#parts = parts;
    this.#statements = prepare(parts.database);
    this.#turns = new ReadTurns(parts.monotonicMs);
  }

  /** Counts the days before that one in the way that the owner chose, and deletes totals that the owner does not want. */
  async count(ownership: CountedOwnership, beforeDay: number, afterwards: Afterwards): Promise<void> {
    const { rows, writes } = this.#parts;
    const through = rows.throughDay(ownership.id);
    if (afterwards !== "delete" && through < beforeDay - 1)
      await this.#countDays(ownership, { through, before: beforeDay }, afterwards);
    const hasUnwanted = afterwards !== "totals" && rows.has(ownership.id);
    if (!hasUnwanted && rows.throughDay(ownership.id) >= beforeDay - 1) return;
    writes.run(() => {
      if (!rows.exists(ownership.id)) return;
      if (hasUnwanted) rows.drop(ownership.id);
      if (afterwards === "delete") rows.forgetSides(ownership.id);
      rows.pass(ownership.id, Math.max(through, beforeDay - 1));
    });
  }

  async #countDays(
    ownership: CountedOwnership,
    { through, before }: { readonly through: number; readonly before: number },
    afterwards: Afterwards,
  ): Promise<void> {
    const { sealing_key: keyId, id, tag } = ownership;
    const key = await this.#parts.keys.find(keyId);
    // Without it nothing of the days can be read, now or later.
    if (key === undefined) return;
    for (let after = through; ;) {
      const day = this.#statements.nextDay.get({ ownership: id, after, before })?.day ?? undefined;
      if (day === undefined) return;
      await this.#countDay(ownership, { id, tag, keyId, key }, day, afterwards);
      after = day;
    }
  }

  async #countDay(
    ownership: CountedOwnership,
    sealed: SealedOwnership,
    day: number,
    afterwards: Afterwards,
  ): Promise<void> {
    const { rows, writes } = this.#parts;
    const fixes = await this.#fixes(ownership, day);
    const transitions = await this.#transitions(ownership, day);
    if (fixes.length === 0 && transitions.length === 0) return;
    const endOf = (geofence: string): number => this.#endOf(ownership.id, geofence);
    const { totals, sides } = measureDay({ day, fixes, transitions, sides: rows.sides(sealed), endOf });
    writes.run(() => {
      if (!rows.exists(ownership.id)) return;
      if (afterwards === "totals") rows.add(sealed, day, totals);
      else if (isAnonymous(ownership, day, totals)) rows.addAnonymous(day, totals);
      rows.advance(sealed, day, sides);
    });
  }

  async #fixes(ownership: CountedOwnership, day: number): Promise<FixEntry[]> {
    const slice = await this.#turns.begin(ownership.id);
    const range = { from: day * DAY_S, to: (day + 1) * DAY_S - 1 };
    const fixes: FixEntry[] = [];
    for (const { id } of await this.#parts.pieces.ofDay(ownership.id, day, range, slice)) {
      await slice.pause();
      const piece = await this.#parts.pieces.open(ownership, id);
      for (const { entry, doubt } of typeof piece === "string" ? [] : piece.entries)
        if (entry.kind === "fix" && doubt === undefined && utcDay(entry.at) === day) fixes.push(entry);
    }
    return fixes.sort((a, b) => a.at - b.at);
  }

  async #transitions(ownership: CountedOwnership, day: number): Promise<KnownTransition[]> {
    const range = { ownership: ownership.id, from: day * DAY_S, to: (day + 1) * DAY_S - 1 };
    const transitions: KnownTransition[] = [];
    for (const row of unlessCorrupt(() => this.#statements.events.all(range), [])) {
      const { epoch, number, recorded_at: at, sealing_key: key, sealed, geofence } = row;
      const place = { kind: "event", epoch, number, at } as const;
      const stored = (await this.#parts.pieces.openEntries(ownership, key, place, sealed))?.[0];
      if (geofence === null || stored?.entry.kind !== "transition" || stored.doubt !== undefined) continue;
      transitions.push({ geofence, entry: stored.entry });
    }
    return transitions;
  }

  /** Of a geofence that the tag runs no more without a deletion it is not known when it ended: nothing of it is known later. */
  #endOf(ownership: number, geofence: string): number {
    const row = this.#statements.geofence.get({ id: geofence });
    if (row === undefined) return -1;
    if (row.deleted_at !== null) return row.deleted_at;
    return this.#statements.assigned.get({ ownership, geofence }) === undefined ? -1 : Infinity;
  }
}

/** A day that two owners had the tag is none of either, so that no tag counts twice. */
function isAnonymous({ entries_from: from }: CountedOwnership, day: number, { outsideS }: Totals): boolean {
  return outsideS !== undefined && (from === 0 || utcDay(from) < day);
}
