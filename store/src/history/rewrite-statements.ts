import type { Database } from "@purrimeter/database/open-database";
import type { StoredEntry } from "../recording/piece-codec.ts";
import { utcDay } from "../utc-day.ts";

/** A piece with all that is needed to open it and to seal it again. */
export interface PieceRow {
  readonly id: number;
  readonly previous: number | null;
  readonly epoch: number;
  readonly first: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly received_at: number;
  readonly sealing_key: number;
  readonly sealed: Buffer;
  readonly has_fix: number;
}

interface Numbered {
  readonly epoch: number;
  readonly number: number;
}

const PIECE = `SELECT id, previous, epoch, first, first_at, last_at, received_at, sealing_key, sealed, has_fix
  FROM report WHERE id = ? AND ownership = ?`;

/** Pieces of a day, the newest first; each is read when its turn comes. */
type ReadChain = (ownership: number, day: number) => Generator<PieceRow>;

/** The statements that find pieces. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the functions say their types
export function prepareFinding(database: Database) {
  const piece = database.prepare<[number, number], PieceRow>(PIECE);
  const head = database
    .prepare<[number, number], number>("SELECT last_report FROM tag_day WHERE day = ? AND ownership = ?")
    .pluck();
  const days = database
    .prepare<[number, number, number], number>(
      "SELECT day FROM tag_day WHERE ownership = ? AND day BETWEEN ? AND ? ORDER BY day",
    )
    .pluck();
  const back = database
    .prepare<[number], number>("SELECT day FROM tag_day WHERE ownership = ? ORDER BY day DESC")
    .pluck();
  const chain: ReadChain = function* (ownership, day) {
    for (let id = head.get(day, ownership) ?? null; id !== null;) {
      const row = piece.get(id, ownership);
      if (row === undefined) return;
      yield row;
      id = row.previous;
    }
  };
  return {
    chain,
    /** Days on which entries of a stretch may be stored: `aheadS` after it too. */
    days: (ownership: number, { from, to }: { from: number; to: number }, aheadS: number): number[] =>
      days.all(ownership, utcDay(from), utcDay(to + aheadS)),
    daysBackwards: (ownership: number): number[] => back.all(ownership),
  };
}

/** The statements that change pieces where they are. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the functions say their types
export function prepareRewriting(database: Database) {
  const replace = database.prepare(
    "UPDATE report SET sealed = ?, first_at = ?, last_at = ?, has_fix = ? WHERE id = ?",
  );
  const remove = database.prepare("DELETE FROM report WHERE id = ?");
  const relink = database.prepare("UPDATE report SET previous = ? WHERE id = ?");
  const moveDay = database.prepare("UPDATE tag_day SET last_report = ? WHERE day = ? AND ownership = ?");
  const endDay = database.prepare("DELETE FROM tag_day WHERE day = ? AND ownership = ?");
  const latest = database.prepare<[number], Numbered>(
    `SELECT latest_epoch AS epoch, latest_number AS number FROM tag_progress
     WHERE ownership = ? AND latest_report IS NOT NULL`,
  );
  const forget = database.prepare(
    "UPDATE tag_progress SET latest_report = NULL, latest_at = 0 WHERE ownership = ?",
  );
  const setLatest = database.prepare(
    `UPDATE tag_progress SET latest_report = ?, latest_at = ?, latest_epoch = ?, latest_number = ?
     WHERE ownership = ? AND (latest_report IS NULL OR latest_at < ?)`,
  );
  return {
    replace: (id: number, left: readonly StoredEntry[], sealed: Buffer): void => {
      const times = left.map(({ entry }) => entry.at);
      const hasFix = left.some(({ entry }) => entry.kind === "fix") ? 1 : 0;
      replace.run(sealed, Math.min(...times), Math.max(...times), hasFix, id);
    },
    /** Takes a piece out of its chain; `newer` is the piece after it, if one is left. */
    unchain: (
      ownership: number,
      day: number,
      { id, previous }: PieceRow,
      newer: number | undefined,
    ): void => {
      remove.run(id);
      if (newer !== undefined) relink.run(previous, newer);
      else if (previous !== null) moveDay.run(previous, day, ownership);
      else endDay.run(day, ownership);
    },
    /** When the newest location is among the changed entries, nothing is the newest until it is found again. */
    forgetLatest: (ownership: number, changed: readonly Numbered[]): void => {
      const now = latest.get(ownership);
      if (now !== undefined && changed.some((one) => one.epoch === now.epoch && one.number === now.number))
        forget.run(ownership);
    },
    setLatest: (
      ownership: number,
      report: number,
      { at, epoch, number }: Numbered & { at: number },
    ): void => {
      setLatest.run(report, at, epoch, number, ownership, at);
    },
  };
}
