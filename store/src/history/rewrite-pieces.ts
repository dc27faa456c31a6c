import type { Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { KeyObject } from "node:crypto";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { Doubt } from "../recording/doubt.ts";
import { PieceWriter, readPiece, type StoredEntry } from "../recording/piece-codec.ts";
import type { PlacedEntry } from "../reading/placed-entry.ts";
import type { Location } from "../reading/location.ts";
import type { ReadableOwnership } from "../reading/read-pieces.ts";
import { ReadTurns } from "../reading/read-turns.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { Sealer } from "../sealing/seal.ts";
import { prepareFinding, prepareRewriting, type PieceRow } from "./rewrite-statements.ts";

/** A believed fix may be dated this long after its arrival. */
const MAX_AHEAD_S = 600;

/** What becomes of an entry: it stays, it goes, or it is stored with this doubt (undefined: believed). */
export type Decision = "keep" | "drop" | { readonly doubt: Doubt | undefined };

/** UTC in seconds, both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Time under which the API shows an entry: nobody was anywhere later than its arrival. */
export function shownAt({ entry, doubt, receivedAt }: PlacedEntry): number {
  return doubt === undefined ? Math.min(entry.at, receivedAt) : entry.at;
}

/** Whether an entry is in a stretch, by its own time or by the one that is shown. */
export function isIn(placed: PlacedEntry, { from, to }: Stretch): boolean {
  const own = placed.entry.at;
  const shown = shownAt(placed);
  return (own >= from && own <= to) || (shown >= from && shown <= to);
}

/** What PieceRewriter is made of. */
export interface PieceRewriterParts {
  readonly database: Database;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly monotonicMs: () => number;
}

/** Changes entries that are stored already: piece by piece, a transaction for each day. What was broken off can be repeated. */
export class PieceRewriter {
  readonly #turns: ReadTurns;
  readonly #keys: OwnerKeys;
  readonly #writes: WriteTransaction;
  readonly #find: ReturnType<typeof prepareFinding>;
  readonly #statements: ReturnType<typeof prepareRewriting>;
  readonly #writer = new PieceWriter();

  constructor({ database, keys, writes, monotonicMs }: PieceRewriterParts) {
    this.#turns = new ReadTurns(monotonicMs);
    this.#keys = keys;
    this.#writes = writes;
    this.#find = prepareFinding(database);
    this.#statements = prepareRewriting(database);
  }

  /** The entries that were dropped or got another doubt. Throws MissingKeyError when a piece's key is not to be had. */
  async rewrite(
    ownership: ReadableOwnership,
    stretch: Stretch,
    decide: (placed: PlacedEntry) => Decision,
  ): Promise<PlacedEntry[]> {
    const changed: PlacedEntry[] = [];
    const keys = new Map<number, KeyObject>();
    const slice = await this.#turns.begin(ownership.id);
    for (const day of this.#find.days(ownership.id, stretch, MAX_AHEAD_S)) {
      await this.#findKeys(ownership.id, day, keys);
      await slice.pause();
      for (;;) {
        const result = this.#writes.run(() => this.#rewriteDay(ownership, day, stretch, keys, decide));
        if (result !== "unknown-key") {
          changed.push(...result);
          break;
        }
        await this.#findKeys(ownership.id, day, keys);
      }
    }
    if (changed.length > 0) await this.#findLatest(ownership);
    return changed;
  }

  async #findKeys(ownership: number, day: number, keys: Map<number, KeyObject>): Promise<void> {
    for (const { sealing_key: id } of this.#find.chain(ownership, day))
      if (!keys.has(id)) keys.set(id, await this.#keys.byId(id));
  }

  #rewriteDay(
    ownership: ReadableOwnership,
    day: number,
    { from, to }: Stretch,
    keys: ReadonlyMap<number, KeyObject>,
    decide: (placed: PlacedEntry) => Decision,
  ): PlacedEntry[] | "unknown-key" {
    const changed: PlacedEntry[] = [];
    let newer: number | undefined;
    for (const row of this.#find.chain(ownership.id, day)) {
      const key = keys.get(row.sealing_key);
      if (key === undefined) return "unknown-key";
      const isNear = row.last_at >= from && row.first_at <= to + MAX_AHEAD_S;
      const left = isNear ? this.#rewritePiece(ownership, row, key, decide, changed) : 1;
      if (left > 0) newer = row.id;
      else this.#statements.unchain(ownership.id, day, row, newer);
    }
    this.#statements.forgetLatest(ownership.id, changed);
    return changed;
  }

  /** The number of entries that are left in the piece. */
  #rewritePiece(
    { tag, id }: ReadableOwnership,
    row: PieceRow,
    key: KeyObject,
    decide: (placed: PlacedEntry) => Decision,
    changed: PlacedEntry[],
  ): number {
    const sealer = new Sealer({ text: tag, number: id, keyId: row.sealing_key }, key);
    const place = { kind: "report", epoch: row.epoch, number: row.first, at: row.received_at } as const;
    const plain = sealer.open(place, row.sealed);
    // Bytes that do not open cannot be told apart: they are left to erasure of the tag.
    if (plain === undefined) return 1;
    const before = readPiece(row.first, plain);
    const left: StoredEntry[] = [];
    const known = changed.length;
    for (const stored of before) {
      const placed = { ...stored, epoch: row.epoch as Epoch, receivedAt: row.received_at as UnixSeconds };
      const decision = decide(placed);
      if (decision === "keep") left.push(stored);
      else changed.push(placed);
      if (typeof decision === "object") left.push({ ...stored, doubt: decision.doubt });
    }
    if (changed.length > known && left.length > 0)
      this.#statements.replace(row.id, left, sealer.seal(place, this.#write(row.first, left)));
    return left.length;
  }

  #write(first: number, entries: readonly StoredEntry[]): Buffer {
    this.#writer.clear();
    this.#writer.begin(first);
    for (const { number, entry, doubt } of entries) this.#writer.add(number, entry, doubt);
    return this.#writer.written();
  }

  /** The newest believed fix is found again, unless a report brings one meanwhile. */
  async #findLatest(ownership: ReadableOwnership): Promise<void> {
    for (const day of this.#find.daysBackwards(ownership.id)) {
      const found = await this.#newestOf(ownership, day);
      if (found === undefined) continue;
      this.#writes.run(() => {
        this.#statements.setLatest(ownership.id, found.row, found.latest);
      });
      return;
    }
  }

  async #newestOf(
    { tag, id }: ReadableOwnership,
    day: number,
  ): Promise<{ row: number; latest: Pick<Location, "at" | "epoch" | "number"> } | undefined> {
    let newest: { row: number; latest: Pick<Location, "at" | "epoch" | "number"> } | undefined;
    for (const row of this.#find.chain(id, day)) {
      if (row.has_fix === 0 || (newest !== undefined && row.last_at < newest.latest.at)) continue;
      const key = await this.#keys.byId(row.sealing_key);
      const sealer = new Sealer({ text: tag, number: id, keyId: row.sealing_key }, key);
      const place = { kind: "report", epoch: row.epoch, number: row.first, at: row.received_at } as const;
      const plain = sealer.open(place, row.sealed);
      for (const { number, entry, doubt } of plain === undefined ? [] : readPiece(row.first, plain)) {
        if (entry.kind !== "fix" || doubt !== undefined) continue;
        const latest = { at: entry.at, epoch: row.epoch as Epoch, number };
        if (newest === undefined || isAfter(latest, newest.latest)) newest = { row: row.id, latest };
      }
    }
    return newest;
  }
}

type Place = Pick<Location, "at" | "epoch" | "number">;

function isAfter(a: Place, b: Place): boolean {
  return (a.at - b.at || a.epoch - b.epoch || a.number - b.number) > 0;
}
