import type { CborReader } from "../cbor/cbor-reader.ts";
import type { Entry } from "./entry.ts";
import {
  FROM_SHIFT,
  KIND_FIX,
  KIND_HEALTH,
  KIND_MASK,
  KIND_NO_SKY,
  KIND_TRANSITION,
  SAME_STEP,
  sideFromCode,
  TO_SHIFT,
} from "./entry-kind.ts";
import { MAX_ACCURACY_DM } from "../limits.ts";
import { wrapLonE7 } from "../lon-delta.ts";
import {
  asLatE7,
  asLonE7,
  asUnixSeconds,
  isWhole,
  MAX_UINT32,
  type EntryNumber,
  type GeofenceRef,
  type UnixSeconds,
} from "../values.ts";

/** Reads the entries of one report in order. A fault is kept in the reader's error. */
export class EntryReader {
  private readonly reader: CborReader;
  private readonly end: number;
  private number: number;
  private lastAt = -1;
  private lastStepS = 0;
  private lastLatE7 = 0;
  private lastLonE7 = 0;

  /** `end` is where the byte string of the entries ends, `first` the number of the first of them. */
  constructor(reader: CborReader, end: number, first: number) {
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
    const kind = head & KIND_MASK;
    const spare = head & ~(KIND_MASK | SAME_STEP);
    if (kind !== KIND_TRANSITION && spare !== 0) this.reader.fail("out-of-range", "entry");
    const previousAt = this.lastAt;
    const at = this.time((head & SAME_STEP) !== 0);
    const entry = this.body(kind, spare, at, previousAt);
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
    }
    return undefined;
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
