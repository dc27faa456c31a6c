import { ClockTable } from "@purrimeter/database/clock-table";
import type { Database } from "@purrimeter/database/open-database";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { RowDeletion } from "../erasure/row-deletion.ts";
import { ALERTS_KEPT_S } from "../alerts/alert.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import { LEAST_ANONYMOUS_TAGS } from "../schema/tables.ts";
import { utcDay } from "../utc-day.ts";
import type { CountedOwnership, DayCounter } from "./count-days.ts";
import type { AnonymousDay } from "../reading/day-total.ts";
import type { RetentionBounds } from "./retention-choice.ts";
import type { RetentionChoices } from "./retention-choices.ts";
import type { Retention, RetentionOutcome, RetentionRun } from "./retention.ts";

const DAY_S = 86_400;
const MOST_ANONYMOUS_DAYS = 366;

function prepare(database: Database) {
  return {
    owners: statement(database, (queries) =>
      queries
        .selectFrom("ownership")
        .select("owner")
        .union(queries.selectFrom("geofence").select("owner"))
        .union(queries.selectFrom("alert").select("account as owner")),
    ),
    ownerships: statement(database, (queries, args: { owner: string }) =>
      queries
        .selectFrom("ownership")
        .select(["id", "tag", "sealing_key", "entries_from"])
        .where("owner", "=", args.owner)
        .orderBy("id"),
    ),
    known: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("known_owner").select("id").where("id", "=", args.owner),
    ),
    oldDays: statement(database, (queries, args: { ownership: number; day: number }) =>
      queries
        .selectFrom("tag_day")
        .select((is) => is.fn.countAll<number>().as("count"))
        .where("ownership", "=", args.ownership)
        .where("keep_day", "<", args.day),
    ),
    anonymous: statement(database, (queries, args: { before: number }) =>
      queries
        .selectFrom("anonymous_day")
        .selectAll()
        .where("day", "<", args.before)
        .where("tags", ">=", LEAST_ANONYMOUS_TAGS)
        .orderBy("day", "desc")
        .limit(MOST_ANONYMOUS_DAYS),
    ),
  };
}

/** What SqliteRetention is made of. */
export interface RetentionParts {
  readonly database: Database;
  readonly choices: RetentionChoices;
  readonly days: DayCounter;
  readonly erasing: RowDeletion;
  readonly trail: StoreTrail;
}

/** Runs retention, owner by owner. */
export class SqliteRetention implements Retention {
  readonly #parts: RetentionParts;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #clock: ClockTable;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#statements = prepare(parts.database);
    this.#clock = new ClockTable(parts.database);
  }

  async run({ asOf, bounds }: RetentionRun): Promise<RetentionOutcome> {
    const faults: unknown[] = [];
    let deleted = 0;
    for (const { owner } of this.#statements.owners.all({})) {
      if (!this.#parts.database.open) break;
      try {
        deleted += await this.#runOf(owner as OwnerId, asOf, bounds);
      } catch (error) {
        faults.push(error);
      }
    }
    // A day is complete when every owner's days of then are counted.
    if (faults.length === 0 && this.#parts.database.open)
      await this.#parts.erasing.olderOfInstallation(limitOf(asOf, bounds.maxDays));
    return { deleted, faults };
  }

  anonymousDays({ maxDays }: RetentionBounds): Promise<readonly AnonymousDay[]> {
    return Promise.try(() => {
      const asOf = this.#clock.lastRetention() ?? 0;
      const rows = this.#statements.anonymous.all({ before: utcDay(limitOf(asOf, maxDays)) });
      return rows.reverse().map(({ day, tags, outside_s, distance_m, exits }) => ({
        at: (day * DAY_S) as UnixSeconds,
        tags,
        outsideS: outside_s,
        distanceM: distance_m,
        exits,
      }));
    });
  }

  async #runOf(owner: OwnerId, asOf: number, bounds: RetentionBounds): Promise<number> {
    const { choices, days, erasing, trail } = this.#parts;
    const { days: kept, afterwards } = choices.of(owner, bounds);
    const before = limitOf(asOf, kept);
    const day = utcDay(before);
    const ownerships = this.#ownerships(owner);
    for (const ownership of ownerships) await days.count(ownership, day, afterwards);
    const ids = ownerships.map(({ id }) => id);
    const oldDays = (ownership: number): number =>
      this.#statements.oldDays.get({ ownership, day })?.count ?? 0;
    const count = ids.reduce((sum, id) => sum + oldDays(id), 0);
    const told = (event: "retention.begun" | "retention.deleted", rows: number): void => {
      // An erased owner gets no pseudonym again.
      if (this.#statements.known.get({ owner }) !== undefined)
        trail.record({ event, actor: "", account: owner, subject: "", count: rows });
    };
    const begun = (): void => told("retention.begun", count);
    const ended = (pieces: number): void => told("retention.deleted", pieces);
    const alertsBefore = Math.max(0, asOf - ALERTS_KEPT_S);
    return erasing.olderOf({ owner, ownerships: ids, before, alertsBefore, begun, ended });
  }

  #ownerships(owner: OwnerId): CountedOwnership[] {
    return this.#statements.ownerships.all({ owner }).map((row) => ({ ...row, tag: row.tag as TagId }));
  }
}

function limitOf(asOf: number, days: number): number {
  return Math.max(0, asOf - days * DAY_S);
}
