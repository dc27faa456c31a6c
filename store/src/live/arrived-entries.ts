import type { Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { Location } from "../reading/location.ts";
import { locationOf, type PlacedEntry } from "../reading/placed-entry.ts";
import type { OpenedPiece, PieceReader, ReadableOwnership } from "../reading/read-pieces.ts";
import type { Arrivals } from "./arrivals.ts";
import { WHOLE_REPORT, type NewsMark, type NewsRange } from "./live-news.ts";

/** A piece stays open for those who follow the same tag and ask within the same look. */
const KEEP_MS = 1_000;
const MAX_KEPT = 512;

/** An entry that arrived, and its place. */
export interface ArrivedEntry {
  readonly mark: NewsMark;
  readonly placed: PlacedEntry;
  /** The same object for all who read it while the piece stays open; undefined for other entries than fixes. */
  readonly location: Location | undefined;
}

type ReadEntry = Omit<ArrivedEntry, "mark">;

/** Entries of a range; `mark` is how far was read. */
export interface ArrivedEntries {
  readonly entries: readonly ArrivedEntry[];
  readonly mark: NewsMark;
  readonly hasMore: boolean;
}

interface Kept {
  readonly entries: Promise<readonly ReadEntry[]>;
  readonly untilMs: number;
}

/** Opens what arrived; that the asker may read it was checked. Each piece is opened once for all who ask at the same time. */
export class ArrivedReader {
  readonly #arrivals: Arrivals;
  readonly #pieces: PieceReader;
  readonly #monotonicMs: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(arrivals: Arrivals, pieces: PieceReader, monotonicMs: () => number) {
    this.#arrivals = arrivals;
    this.#pieces = pieces;
    this.#monotonicMs = monotonicMs;
  }

  async read(ownership: ReadableOwnership, range: NewsRange): Promise<ArrivedEntries | "unknown"> {
    const { after, through, limit } = range;
    const arrived = this.#arrivals.rowsOf(ownership.id, after, through);
    if (arrived === undefined) return "unknown";
    const { rows, start } = arrived;
    const entries: ArrivedEntry[] = [];
    for (const report of rows) {
      const from = report === start.report ? start.number : -1;
      for (const { placed, location } of await this.#open(ownership, report)) {
        if (placed.number <= from) continue;
        const last = entries.at(-1)?.mark;
        if (entries.length >= limit && last !== undefined) return { entries, mark: last, hasMore: true };
        entries.push({ placed, location, mark: { report, number: placed.number, cut: through.cut } });
      }
    }
    return { entries, mark: { ...through, number: WHOLE_REPORT }, hasMore: false };
  }

  #open(ownership: ReadableOwnership, id: number): Kept["entries"] {
    const nowMs = this.#monotonicMs();
    const name = `${ownership.id}/${id}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.untilMs > nowMs) return kept.entries;
    this.#kept.delete(name);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    const entries = this.#pieces.open(ownership, id).then(entriesOf);
    this.#kept.set(name, { entries, untilMs: nowMs + KEEP_MS });
    return entries;
  }
}

/** Fixes and transitions: nothing else is news of the tag's way. What does not open is left out; the history says so. */
function entriesOf(piece: OpenedPiece | "gone" | "unreadable"): readonly ReadEntry[] {
  if (typeof piece === "string") return [];
  const [epoch, receivedAt] = [piece.epoch as Epoch, piece.receivedAt as UnixSeconds];
  return piece.entries
    .filter(({ entry }) => entry.kind === "fix" || entry.kind === "transition")
    .map((stored) => {
      const placed = { ...stored, epoch, receivedAt };
      return { placed, location: locationOf(placed) };
    });
}
