import { CborWriter } from "../cbor/cbor-writer.ts";
import {
  EXTENDED,
  FROM_SHIFT,
  KIND_ANSWER,
  KIND_FIX,
  KIND_HEALTH,
  KIND_NO_SKY,
  KIND_TRANSITION,
  outcomeCode,
  SAME_STEP,
  sideCode,
  TO_SHIFT,
} from "./entry-kind.ts";
import type { AnswerOutcome } from "./entry.ts";
import { FIRST_WIRE_VERSION, MAX_REPORT_BYTES, MAX_REPORT_ENTRIES, WIRE_VERSION } from "../limits.ts";
import { lonDeltaE7 } from "../lon-delta.ts";
import type { LastKnown, Side } from "../values.ts";
import { writeVarint, zigzag } from "../cbor/varint.ts";

/** More than the longest entry takes: a head, four varints and six bytes of optional parts. */
const ENTRY_ROOM_BYTES = 28;

/** Where the version stands: after the head of the map and the key 0. */
const VERSION_AT = 2;

/** Bytes of the head of a byte string that is 256 bytes or longer. */
const LONG_HEAD_BYTES = 3;

/** A step between two times that zigzag fits into 32 bits. */
const MAX_STEP_S = 2_147_483_647;

/** A speed or course that the receiver did not give, where a number is needed. */
const UNKNOWN = -1;

/** A fix, as FixEntry has it; speed and course are absent or -1 when unknown. */
export interface FixParts {
  readonly at: number;
  readonly latE7: number;
  readonly lonE7: number;
  readonly accuracyDm: number;
  readonly speedCmS?: number;
  readonly courseDeg10?: number;
}

/** A transition, as TransitionEntry has it; `lastKnown` undefined: the entry does not say it, as in version 1. */
export interface TransitionParts {
  readonly at: number;
  readonly geofence: number;
  readonly from: Side;
  readonly to: Side;
  readonly evidenceFrom: number;
  readonly settingsVersion: number;
  readonly lastKnown?: LastKnown | undefined;
}

/** The answer to a command, as AnswerEntry has it. */
export interface AnswerParts {
  readonly at: number;
  readonly command: number;
  readonly outcome: AnswerOutcome;
}

/**
 * Builds a report entry by entry without allocating (docs/wire.md, "Report"). Every `add…` returns false when the
 * entry does not fit: then nothing was added, and the next report begins with it.
 */
export class ReportWriter {
  private readonly cbor: CborWriter;
  private entries = 0;
  private version = FIRST_WIRE_VERSION;
  private firstNumber = 0;
  private entriesAt = 0;
  private lastAt = 0;
  private lastStepS = 0;
  private lastLatE7 = 0;
  private lastLonE7 = 0;

  constructor() {
    this.cbor = new CborWriter(MAX_REPORT_BYTES);
  }

  /** Holds the report after `finish`. */
  get bytes(): Uint8Array {
    return this.cbor.bytes;
  }

  /** Entries added since `begin`. */
  get count(): number {
    return this.entries;
  }

  /** Starts a report of the entries `first`, first + 1 …; `oldest` is the oldest number in the journal, at most `first`. */
  begin(epoch: number, first: number, oldest: number): void {
    const held = first > oldest;
    this.cbor.reset();
    this.cbor.map(held ? 5 : 4);
    this.version = FIRST_WIRE_VERSION;
    this.pair(0, FIRST_WIRE_VERSION);
    this.pair(1, epoch);
    this.pair(2, first);
    if (held) this.pair(3, first - oldest);
    this.cbor.int(4);
    this.cbor.length += LONG_HEAD_BYTES;
    this.entriesAt = this.cbor.length;
    this.entries = 0;
    this.firstNumber = first;
    this.lastAt = 0;
    this.lastStepS = 0;
    this.lastLatE7 = 0;
    this.lastLonE7 = 0;
  }

  /** Seconds of UTC, E7 degrees, decimetres, cm/s and tenths of a degree, as FixEntry has them. */
  addFix(fix: FixParts): boolean {
    const speed = (fix.speedCmS ?? UNKNOWN) + 1;
    const course = (fix.courseDeg10 ?? UNKNOWN) + 1;
    const extended = speed > 0 || course > 0 ? EXTENDED : 0;
    if (!this.open(KIND_FIX | extended, fix.at)) return false;
    if (this.entries > 0) this.lastStepS = fix.at - this.lastAt;
    this.put(zigzag(fix.latE7 - this.lastLatE7));
    this.put(zigzag(lonDeltaE7(this.lastLonE7, fix.lonE7)));
    this.put(fix.accuracyDm);
    if (extended > 0) this.putMotion(speed, course);
    this.lastLatE7 = fix.latE7;
    this.lastLonE7 = fix.lonE7;
    return this.closeEntry(fix.at);
  }

  /** A decided change of side; `evidenceFrom` is at most this entry's own number. */
  addTransition(entry: TransitionParts): boolean {
    const sides = (sideCode(entry.from) << FROM_SHIFT) | (sideCode(entry.to) << TO_SHIFT);
    const extended = entry.lastKnown === undefined ? 0 : EXTENDED;
    if (!this.open(KIND_TRANSITION | sides | extended, entry.at)) return false;
    this.put(entry.geofence);
    this.put(this.firstNumber + this.entries - entry.evidenceFrom);
    this.put(entry.settingsVersion);
    if (entry.lastKnown !== undefined) this.putLastKnown(entry.lastKnown);
    return this.closeEntry(entry.at);
  }

  /** A search without a position, 1 to 65,535 s long. */
  addNoSky(at: number, searchedS: number): boolean {
    if (!this.open(KIND_NO_SKY, at)) return false;
    this.put(searchedS);
    return this.closeEntry(at);
  }

  /** The tag's own state: percent, starts, entries given up. */
  addHealth(at: number, batteryPercent: number, boots: number, dropped: number): boolean {
    if (!this.open(KIND_HEALTH, at)) return false;
    this.put(batteryPercent);
    this.put(boots);
    this.put(dropped);
    return this.closeEntry(at);
  }

  /** The answer to a command. */
  addAnswer({ at, command, outcome }: AnswerParts): boolean {
    if (!this.open(KIND_ANSWER, at)) return false;
    this.version = WIRE_VERSION;
    this.put(command);
    this.put(outcomeCode(outcome));
    return this.closeEntry(at);
  }

  /** Closes the report and returns its length in `bytes`. */
  finish(): number {
    const bytes = this.cbor.bytes;
    const end = this.cbor.length;
    bytes[VERSION_AT] = this.version;
    this.cbor.length = this.entriesAt - LONG_HEAD_BYTES;
    this.cbor.byteString(end - this.entriesAt);
    for (let from = this.entriesAt; from < end; from++) bytes[this.cbor.length++] = bytes[from] as number;
    return this.cbor.length;
  }

  /** Speed and course, each plus one; 0 when unknown. The course is left out when unknown. */
  private putMotion(speed: number, course: number): void {
    this.version = WIRE_VERSION;
    const lengthAt = this.cbor.length++;
    this.put(speed);
    if (course > 0) this.put(course);
    this.cbor.bytes[lengthAt] = this.cbor.length - lengthAt - 1;
  }

  private putLastKnown(lastKnown: LastKnown): void {
    this.version = WIRE_VERSION;
    this.put(1);
    this.put(sideCode(lastKnown ?? "unknown"));
  }

  private pair(key: number, value: number): void {
    this.cbor.int(key);
    this.cbor.int(value);
  }

  private put(value: number): void {
    this.cbor.length = writeVarint(this.cbor.bytes, this.cbor.length, value);
  }

  private open(head: number, at: number): boolean {
    const stepS = at - this.lastAt;
    const first = this.entries === 0;
    const full =
      this.entries === MAX_REPORT_ENTRIES || this.cbor.length + ENTRY_ROOM_BYTES > MAX_REPORT_BYTES;
    if (full || (!first && (stepS > MAX_STEP_S || stepS < -MAX_STEP_S))) return false;
    const same = !first && stepS === this.lastStepS;
    this.cbor.bytes[this.cbor.length++] = same ? head | SAME_STEP : head;
    if (first) this.put(at);
    else if (!same) this.put(zigzag(stepS));
    return true;
  }

  private closeEntry(at: number): true {
    this.lastAt = at;
    this.entries++;
    return true;
  }
}
