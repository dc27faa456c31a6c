import type { CborReader } from "../cbor/cbor-reader.ts";
import type { AnswerEntry, Entry, FixEntry } from "./entry.ts";
import {
  EXTENDED,
  FROM_SHIFT,
  KIND_ANSWER,
  KIND_FIX,
  KIND_HEALTH,
  KIND_MASK,
  KIND_NO_SKY,
  KIND_TRANSITION,
  outcomeFromCode,
  SAME_STEP,
  sideFromCode,
  TO_SHIFT,
} from "./entry-kind.ts";
import {
  FIRST_WIRE_VERSION,
  MAX_ACCURACY_DM,
  MAX_COURSE_DEG10,
  MAX_EXTENSION_BYTES,
  MAX_SPEED_CM_S,
} from "../limits.ts";
import { wrapLonE7 } from "../lon-delta.ts";
import {
  asLatE7,
  asLonE7,
  asUnixSeconds,
  isWhole,
  MAX_UINT32,
  type EntryNumber,
  type GeofenceRef,
  type LastKnown,
  type UnixSeconds,
} from "../values.ts";

/** Reads the entries of one report in order. A fault is kept in the reader's error. */
export class EntryReader {
  private readonly reader: CborReader;
  private readonly end: number;
  private readonly isFirstVersion: boolean;
  private number: number;
  private lastAt = -1;
  private lastStepS = 0;
  private lastLatE7 = 0;
  private lastLonE7 = 0;

  /**
   * `end` is where the byte string of the entries ends, `first` the number of the first of them, `version` that of the
   * report.
   */
  constructor(reader: CborReader, end: number, first: number, version: number) {
    this.isFirstVersion = version === FIRST_WIRE_VERSION;
    this.reader = reader;
    this.end = end;
    this.number = first;
  }

  /** Whether bytes are left and nothing failed. */
  get more(): boolean {
    return this.reader.sound && this.reader.offset < this.end;
  }

  /** The next entry, or undefined after a fault. */
  next(): Entry | undefined {
    const head = this.reader.raw("entry", this.end);
    const isAnswer = !this.isFirstVersion && (head & ~(EXTENDED | SAME_STEP)) === KIND_ANSWER;
    const kind = isAnswer ? KIND_ANSWER : head & KIND_MASK;
    const known = this.isFirstVersion ? kind | SAME_STEP : kind | SAME_STEP | EXTENDED;
    const spare = head & ~known;
    if (kind !== KIND_TRANSITION && spare !== 0) this.reader.fail("out-of-range", "entry");
    const previousAt = this.lastAt;
    const at = this.time((head & SAME_STEP) !== 0);
    const body = this.body(kind, spare, at, previousAt);
    const isExtended = !this.isFirstVersion && (head & EXTENDED) !== 0;
    const entry = isExtended && body !== undefined ? this.extended(body) : body;
    this.number++;
    return this.reader.sound ? entry : undefined;
  }

  private body(kind: number, spare: number, at: UnixSeconds, previousAt: number): Entry | undefined {
    switch (kind) {
      case KIND_FIX:
        if (previousAt >= 0) this.lastStepS = at - previousAt;
        return this.fix(at);
      case KIND_TRANSITION:
        return this.transition(at, spare);
      case KIND_NO_SKY:
        return { kind: "no-sky", at, searchedS: this.uint("searchedS", 1, 65_535) };
      case KIND_HEALTH:
        return {
          kind: "health",
          at,
          batteryPercent: this.uint("batteryPercent", 0, 100),
          boots: this.uint("boots", 0, MAX_UINT32),
          dropped: this.uint("dropped", 0, MAX_UINT32),
        };
      case KIND_ANSWER:
        return this.answer(at);
    }
    return undefined;
  }

  private answer(at: UnixSeconds): AnswerEntry {
    const command = this.uint("command", 1, MAX_UINT32);
    // An outcome that this program does not know yet is none that it may call done.
    const outcome = outcomeFromCode(this.uint("outcome", 0, 255)) ?? "refused";
    return { kind: "answer", at, command, outcome };
  }

  /** The body with the optional parts that follow it; parts that this program does not know are skipped. */
  private extended(body: Entry): Entry {
    const byteCount = this.uint("extension", 1, MAX_EXTENSION_BYTES);
    const end = this.reader.offset + byteCount;
    if (end > this.end) this.reader.fail("truncated", "extension");
    let entry = body;
    if (body.kind === "fix") entry = this.motion(body, end);
    if (body.kind === "transition") entry = { ...body, lastKnown: this.lastKnown(end) };
    if (this.reader.sound) this.reader.offset = end;
    return entry;
  }

  private motion(fix: FixEntry, end: number): FixEntry {
    const speed = this.reader.varint("speed", end, 0, MAX_SPEED_CM_S + 1);
    const hasCourse = this.reader.sound && this.reader.offset < end;
    const course = hasCourse ? this.reader.varint("course", end, 0, MAX_COURSE_DEG10 + 1) : 0;
    const withSpeed = speed === 0 ? fix : { ...fix, speedCmS: speed - 1 };
    return course === 0 ? withSpeed : { ...withSpeed, courseDeg10: course - 1 };
  }

  private lastKnown(end: number): LastKnown {
    const side = sideFromCode(this.reader.varint("lastKnown", end, 0, 2));
    return side === "inside" || side === "outside" ? side : null;
  }

  private uint(field: string, min: number, max: number): number {
    return this.reader.varint(field, this.end, min, max);
  }

  private time(sameStep: boolean): UnixSeconds {
    const first = this.lastAt < 0;
    if (first && sameStep) this.reader.fail("not-canonical", "at");
    const stepS = first || sameStep ? this.lastStepS : this.reader.signedVarint("at", this.end);
    if (!first && !sameStep && stepS === this.lastStepS) this.reader.fail("not-canonical", "at");
    const at = first ? this.uint("at", 0, MAX_UINT32) : this.lastAt + stepS;
    if (asUnixSeconds(at) === undefined) this.reader.fail("out-of-range", "at");
    this.lastAt = at;
    return at as UnixSeconds;
  }

  private fix(at: UnixSeconds): Entry | undefined {
    const latE7 = asLatE7(this.lastLatE7 + this.reader.signedVarint("lat", this.end));
    const stepE7 = this.reader.signedVarint("lon", this.end);
    // Only the short way round is canonical: a step of more than half a turn has a second spelling.
    const lonE7 = stepE7 === wrapLonE7(stepE7) ? asLonE7(wrapLonE7(this.lastLonE7 + stepE7)) : undefined;
    const accuracyDm = this.uint("accuracy", 1, MAX_ACCURACY_DM);
    if (latE7 === undefined || lonE7 === undefined) {
      this.reader.fail("out-of-range", latE7 === undefined ? "lat" : "lon");
      return undefined;
    }
    this.lastLatE7 = latE7;
    this.lastLonE7 = lonE7;
    return { kind: "fix", at, latE7, lonE7, accuracyDm };
  }

  private transition(at: UnixSeconds, sides: number): Entry | undefined {
    const from = sideFromCode((sides >> FROM_SHIFT) & 3);
    const to = sideFromCode((sides >> TO_SHIFT) & 3);
    const spare = sides >> (TO_SHIFT + 2);
    if (from === undefined || to === undefined || from === to || spare !== 0) {
      this.reader.fail("out-of-range", "side");
      return undefined;
    }
    const geofence = this.uint("geofence", 0, 255) as GeofenceRef;
    const back = this.uint("evidenceFrom", 0, MAX_UINT32);
    const settingsVersion = this.uint("settingsVersion", 0, MAX_UINT32);
    const evidenceFrom = this.number - back;
    if (!isWhole(evidenceFrom, 1, MAX_UINT32)) this.reader.fail("out-of-range", "evidenceFrom");
    return {
      kind: "transition",
      at,
      geofence,
      from,
      to,
      evidenceFrom: evidenceFrom as EntryNumber,
      settingsVersion,
    };
  }
}
