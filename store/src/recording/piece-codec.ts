import type { Entry, FixEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type {
  EntryNumber,
  GeofenceRef,
  LastKnown,
  LatE7,
  LonE7,
  Side,
  UnixSeconds,
} from "@purrimeter/protocol/values";
import { DOUBTS, type Doubt } from "./doubt.ts";
import { VarintReader, VarintWriter } from "./varint.ts";

/** An entry as it is stored: with its number and whether it is believed. */
export interface StoredEntry {
  readonly number: EntryNumber;
  readonly entry: Entry;
  readonly doubt: Doubt | undefined;
}

/** First byte, so that forms can be told apart. Pieces of version 1 have no entry with MORE, and are read as they are. */
const PIECE_VERSION = 2;
const FIRST_PIECE_VERSION = 1;

/**
 * First byte of an entry: kind in 2 bits and bit 6, 1 + place of the doubt in 3, whether a gap in numbers follows, and whether
 * what version 2 of the wire brought follows the content.
 */
const KINDS = ["fix", "transition", "no-sky", "health", "answer"] as const;
const OUTCOMES = ["done", "expired", "refused", "stopped"] as const;
const DOUBT_SHIFT = 2;
const GAP = 0x20;
const LATER_KIND = 0x40;
const MORE = 0x80;

/** What of a fix follows: a byte of these, then the values. */
const HAS_SPEED = 1;
const HAS_COURSE = 2;

/** The last known side of a transition, as its place in this list. */
const LAST_KNOWN: readonly LastKnown[] = [null, "inside", "outside"];

/** Sides as digits of base 3. */
const SIDES: readonly Side[] = ["inside", "outside", "unknown"];

/**
 * Writes entries as differences to the entry before, in varints: 7 to 9 bytes a fix. Not the wire's form: entries that
 * were there already leave gaps, each has its doubt, and the wire may change without what is stored.
 */
export class PieceWriter {
  readonly #out = new VarintWriter();
  #start = 0;
  #number = 0;
  #at = 0;
  #lat = 0;
  #lon = 0;

  /** Forgets all pieces: their memory is used anew. */
  clear(): void {
    this.#out.clear();
  }

  begin(first: number): void {
    this.#start = this.#out.length;
    this.#out.byte(PIECE_VERSION);
    this.#number = first - 1;
    this.#at = 0;
    this.#lat = 0;
    this.#lon = 0;
  }

  /** Numbers ascend. */
  add(number: number, entry: Entry, doubt: Doubt | undefined): void {
    const gap = number - this.#number - 1;
    const code = doubt === undefined ? 0 : DOUBTS.indexOf(doubt) + 1;
    const kind = KINDS.indexOf(entry.kind);
    const more = hasMore(entry) ? MORE : 0;
    const laterKind = kind > 3 ? LATER_KIND : 0;
    this.#out.byte((kind & 3) | laterKind | more | (code << DOUBT_SHIFT) | (gap > 0 ? GAP : 0));
    if (gap > 0) this.#out.unsigned(gap);
    this.#out.signed(entry.at - this.#at);
    this.#number = number;
    this.#at = entry.at;
    this.#content(entry, number);
    if (more > 0) this.#more(entry);
  }

  /** The piece that was begun last. Valid until the next `clear`. */
  written(): Buffer {
    return this.#out.written(this.#start);
  }

  #more(entry: Entry): void {
    const out = this.#out;
    if (entry.kind === "transition") out.byte(LAST_KNOWN.indexOf(entry.lastKnown ?? null));
    if (entry.kind !== "fix") return;
    const { speedCmS, courseDeg10 } = entry;
    out.byte((speedCmS === undefined ? 0 : HAS_SPEED) | (courseDeg10 === undefined ? 0 : HAS_COURSE));
    if (speedCmS !== undefined) out.unsigned(speedCmS);
    if (courseDeg10 !== undefined) out.unsigned(courseDeg10);
  }

  #content(entry: Entry, number: number): void {
    const out = this.#out;
    switch (entry.kind) {
      case "fix":
        out.signed(entry.latE7 - this.#lat);
        out.signed(entry.lonE7 - this.#lon);
        out.unsigned(entry.accuracyDm);
        this.#lat = entry.latE7;
        this.#lon = entry.lonE7;
        return;
      case "transition":
        out.byte(entry.geofence);
        out.byte(SIDES.indexOf(entry.from) * 3 + SIDES.indexOf(entry.to));
        out.signed(number - entry.evidenceFrom);
        out.unsigned(entry.settingsVersion);
        return;
      case "no-sky":
        out.unsigned(entry.searchedS);
        return;
      case "health":
        out.byte(entry.batteryPercent);
        out.unsigned(entry.boots);
        out.unsigned(entry.dropped);
        return;
      case "answer":
        out.unsigned(entry.command);
        out.byte(OUTCOMES.indexOf(entry.outcome));
    }
  }
}

function hasMore(entry: Entry): boolean {
  if (entry.kind === "transition") return entry.lastKnown !== undefined;
  return entry.kind === "fix" && (entry.speedCmS !== undefined || entry.courseDeg10 !== undefined);
}

/** The entries of a piece that PieceWriter wrote. Throws for a version that this program does not know. */
export function readPiece(first: number, bytes: Uint8Array): StoredEntry[] {
  const input = new VarintReader(bytes);
  const version = input.byte();
  if (version < FIRST_PIECE_VERSION || version > PIECE_VERSION)
    throw new RangeError(`stored piece of version ${version}`);
  const entries: StoredEntry[] = [];
  const before = { number: first - 1, at: 0, lat: 0, lon: 0 };
  while (!input.done) entries.push(readEntry(input, before));
  return entries;
}

interface Before {
  number: number;
  at: number;
  lat: number;
  lon: number;
}

function readEntry(input: VarintReader, before: Before): StoredEntry {
  const head = input.byte();
  before.number += 1 + ((head & GAP) === 0 ? 0 : input.unsigned());
  before.at += input.signed();
  const kind = (head & 3) + ((head & LATER_KIND) === 0 ? 0 : 4);
  const doubt = DOUBTS[((head >> DOUBT_SHIFT) & 7) - 1];
  const entry = readContent(input, before, kind);
  const number = before.number as EntryNumber;
  return { number, entry: (head & MORE) === 0 ? entry : { ...entry, ...readMore(input, kind) }, doubt };
}

type MoreOfFix = Pick<FixEntry, "speedCmS" | "courseDeg10">;
type MoreOfTransition = Pick<TransitionEntry, "lastKnown">;

function readMore(input: VarintReader, kind: number): MoreOfFix | MoreOfTransition {
  const flags = input.byte();
  if (KINDS[kind] === "transition") return { lastKnown: LAST_KNOWN[flags] ?? null };
  return {
    ...((flags & HAS_SPEED) !== 0 && { speedCmS: input.unsigned() }),
    ...((flags & HAS_COURSE) !== 0 && { courseDeg10: input.unsigned() }),
  };
}

function readContent(input: VarintReader, before: Before, kind: number): Entry {
  const at = before.at as UnixSeconds;
  const name = KINDS[kind];
  if (name === undefined) throw new RangeError(`stored piece with an entry of kind ${kind}`);
  switch (name) {
    case "fix": {
      const latE7 = (before.lat += input.signed()) as LatE7;
      const lonE7 = (before.lon += input.signed()) as LonE7;
      return { kind: "fix", at, latE7, lonE7, accuracyDm: input.unsigned() };
    }
    case "transition": {
      const geofence = input.byte() as GeofenceRef;
      const sides = input.byte();
      const evidenceFrom = (before.number - input.signed()) as EntryNumber;
      const from = side(Math.floor(sides / 3));
      return {
        kind: "transition",
        at,
        geofence,
        from,
        to: side(sides % 3),
        evidenceFrom,
        settingsVersion: input.unsigned(),
      };
    }
    case "no-sky":
      return { kind: "no-sky", at, searchedS: input.unsigned() };
    case "answer":
      return { kind: "answer", at, command: input.unsigned(), outcome: OUTCOMES[input.byte()] ?? "refused" };
    case "health":
      return {
        kind: "health",
        at,
        batteryPercent: input.byte(),
        boots: input.unsigned(),
        dropped: input.unsigned(),
      };
  }
}

function side(digit: number): Side {
  const value = SIDES[digit];
  if (value === undefined) throw new RangeError("stored piece with an unknown side");
  return value;
}
