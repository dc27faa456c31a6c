import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { Arrived, ArrivalsView, NewsHead, NewsMark } from "./live-news.ts";
import { WHOLE_REPORT } from "./live-news.ts";

/** Rows that are read at one look: a tenth of a second of the fastest ingest, some 10 ms. More, and everybody has news. */
const MAX_ROWS = 10_000;

/** Rows whose ownership is remembered, so that who keeps up walks no chain. */
const MAX_REMEMBERED = 65_536;

/** Reports of one tag that are sent after a pause: some three a second in an hour. */
const MAX_BACKLOG = 10_000;

interface Row {
  readonly id: number;
  readonly ownership: number;
}

const NOBODY: ReadonlySet<never> = new Set();

/** Rows, and the entry after which the first of them goes on if it is the start's. */
interface ArrivedRows {
  readonly rows: readonly number[];
  readonly start: NewsMark;
}

const OWNED = "ownership IS NOT NULL";

function prepare(database: Database) {
  return {
    newest: database.prepare<[], { report: number; cut: number }>(
      `SELECT coalesce((SELECT max(id) FROM report), 0) AS report,
         coalesce((SELECT max(id) FROM report_cut), 0) AS cut`,
    ),
    cuts: database.prepare<[number], { first: number | null; newest: number | null }>(
      "SELECT min(id) AS first, min(newest) AS newest FROM report_cut WHERE id > ?",
    ),
    changes: database.prepare<[], { settings: number; commands: number; alerts: number }>(
      `SELECT coalesce((SELECT max(settings_change) FROM tag), 0) AS settings,
         coalesce((SELECT max(command_change) FROM tag), 0) AS commands,
         coalesce((SELECT max(sequence) FROM alert), 0) AS alerts`,
    ),
    wanted: database
      .prepare<[number], number>(`SELECT ownership FROM tag WHERE settings_change > ? AND ${OWNED}`)
      .pluck(),
    commanded: database
      .prepare<[number], number>(`SELECT ownership FROM tag WHERE command_change > ? AND ${OWNED}`)
      .pluck(),
    alerted: database
      .prepare<[number, number], string>("SELECT account FROM alert WHERE sequence > ? LIMIT ?")
      .pluck(),
    rows: database.prepare<[number, number, number], Row>(
      "SELECT id, ownership FROM report WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
    ),
    heads: database
      .prepare<[number, number], number>(
        "SELECT last_report FROM tag_day WHERE ownership = ? AND last_report > ?",
      )
      .pluck(),
    one: database.prepare<[number, number], { previous: number | null }>(
      "SELECT previous FROM report WHERE id = ? AND ownership = ?",
    ),
  };
}

/**
 * The order in which reports arrived, which is that of their rows. SQLite gives the number of a deleted newest row again;
 * report_cut says when that can happen, so a mark from before begins where the deletion left off.
 */
export class Arrivals implements ArrivalsView {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #remembered = new Map<number, number[]>();
  #from = 0;
  #through = 0;
  #count = 0;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  newest(): Promise<NewsHead> {
    return Promise.try(() => this.#head());
  }

  since(head: NewsHead): Promise<Arrived | "unknown"> {
    return Promise.try(() => {
      const newest = this.#head();
      const reported = this.#reported(head.reports, newest.reports);
      if (reported === "unknown") return reported;
      const changed = this.#changed(head, newest);
      const ownerships =
        reported === "all" || changed.length === 0 ? reported : new Set([...reported, ...changed]);
      return { head: newest, ownerships, accounts: this.#alerted(head, newest) };
    });
  }

  /** Rows of an ownership between two marks, ascending; undefined when not known, or too many. */
  rowsOf(ownership: number, after: NewsMark, through: NewsMark): ArrivedRows | undefined {
    const start = this.#startOf(after, this.#newest());
    if (start === undefined) return undefined;
    const isKnown = start.report >= this.#from && through.report <= this.#through;
    const rows = isKnown
      ? this.#rememberedOf(ownership, start.report)
      : this.#chained(ownership, start.report);
    if (rows === undefined) return undefined;
    const within = rows.filter((id) => id <= through.report);
    const isPartial =
      start.number < WHOLE_REPORT && this.#statements.one.get(start.report, ownership) !== undefined;
    return { rows: isPartial ? [start.report, ...within] : within, start };
  }

  #newest(): NewsMark {
    const { report, cut } = this.#statements.newest.get() ?? { report: 0, cut: 0 };
    return { report, number: WHOLE_REPORT, cut };
  }

  #head(): NewsHead {
    const { changes } = this.#statements;
    const { settings, commands, alerts } = changes.get() ?? { settings: 0, commands: 0, alerts: 0 };
    return { reports: this.#newest(), settings, commands, alerts };
  }

  /** Ownerships of tags of which other settings are wanted, or commands changed. */
  #changed({ settings, commands }: NewsHead, newest: NewsHead): readonly number[] {
    const { commanded, wanted } = this.#statements;
    return [
      ...(settings === newest.settings ? [] : wanted.all(settings)),
      ...(commands === newest.commands ? [] : commanded.all(commands)),
    ];
  }

  #alerted({ alerts }: NewsHead, newest: NewsHead): Arrived["accounts"] {
    if (newest.alerts <= alerts) return NOBODY;
    const accounts = this.#statements.alerted.all(alerts, MAX_ROWS + 1);
    return accounts.length > MAX_ROWS ? "all" : new Set(accounts);
  }

  /** Ownerships of which reports came. */
  #reported(mark: NewsMark, newest: NewsMark): Arrived["ownerships"] | "unknown" {
    const start = this.#startOf(mark, newest);
    if (start === undefined) return "unknown";
    if (start.report === newest.report) return NOBODY;
    const rows = this.#statements.rows.all(start.report, newest.report, MAX_ROWS + 1);
    const isAll = rows.length > MAX_ROWS;
    this.#remember(isAll ? [] : rows, isAll ? newest.report : start.report, newest.report);
    return isAll ? "all" : new Set(rows.map(({ ownership }) => ownership));
  }

  /** Where to read on from, after newest rows were deleted and their numbers given again. */
  #startOf(mark: NewsMark, newest: NewsMark): NewsMark | undefined {
    if (mark.cut > newest.cut) return undefined;
    if (mark.cut === newest.cut) return mark.report > newest.report ? undefined : mark;
    const { first, newest: left } = this.#statements.cuts.get(mark.cut) ?? { first: null, newest: null };
    if (first !== mark.cut + 1 || left === null) return undefined;
    return left < mark.report ? { report: left, number: WHOLE_REPORT, cut: newest.cut } : mark;
  }

  #remember(rows: readonly Row[], from: number, through: number): void {
    const goesOn = from === this.#through && this.#count + rows.length <= MAX_REMEMBERED;
    if (!goesOn) {
      this.#remembered.clear();
      this.#count = 0;
      this.#from = from;
    }
    for (const { id, ownership } of rows) {
      const ids = this.#remembered.get(ownership);
      if (ids === undefined) this.#remembered.set(ownership, [id]);
      else ids.push(id);
    }
    this.#count += rows.length;
    this.#through = through;
  }

  #rememberedOf(ownership: number, after: number): readonly number[] {
    const ids = this.#remembered.get(ownership) ?? [];
    const first = ids.findLastIndex((id) => id <= after) + 1;
    return ids.slice(first);
  }

  /** By the chains of the ownership's days: no other's row is read. */
  #chained(ownership: number, after: number): readonly number[] | undefined {
    const ids: number[] = [];
    for (const head of this.#statements.heads.all(ownership, after))
      for (let id: number | null = head; id !== null && id > after;) {
        if (ids.push(id) > MAX_BACKLOG) return undefined;
        const at: number = id;
        id = unlessCorrupt(() => this.#statements.one.get(at, ownership)?.previous ?? null, null);
      }
    return ids.sort((a, b) => a - b);
  }
}
