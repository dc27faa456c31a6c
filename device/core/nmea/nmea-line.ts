import type { NmeaCounts } from "./nmea-counts.ts";

/** Longest line kept. NMEA 0183 allows 82 characters; receivers with long sentences stay under this. */
const MAX_LINE_BYTES = 128;
const MAX_FIELDS = 40;

const DOLLAR = 36;
const COMMA = 44;
const ASTERISK = 42;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;

/** What a byte is within a line. */
const PART = 0;
const SEPARATOR = 1;
const END = 2;

/** A character that is no digit makes a claimed checksum negative, and so wrong. */
const NO_DIGIT = -256;

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 65 && byte <= 70) return byte - 55;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return NO_DIGIT;
}

/**
 * Finds `$...*hh` in a stream of bytes and splits it at its commas, in place. Its loops are short, because an interpreter
 * parses their text again for each byte.
 */
export class NmeaLine {
  /** Where the last sentence is, from `begin` on: the caller's bytes, or our own when it was cut. */
  bytes: Uint8Array;
  begin = 0;
  /** Where its fields begin, from `begin`, each one byte behind the end of the one before. The address is field 0. */
  readonly starts: Uint8Array;
  /** Fields of the last sentence; those behind it are empty. */
  fieldCount = 0;
  private readonly counts: NmeaCounts;
  private readonly kinds: Uint8Array;
  /** What came earlier of a line that was cut. */
  private readonly kept: Uint8Array;
  private keptLength = 0;
  private sum = 0;
  private commas = 0;
  private state: "between" | "within" | "skipping" = "between";

  /** `counts` takes what is no sentence. */
  constructor(counts: NmeaCounts) {
    this.counts = counts;
    this.kept = new Uint8Array(MAX_LINE_BYTES);
    this.bytes = this.kept;
    this.starts = new Uint8Array(MAX_LINE_BYTES + 2);
    this.kinds = new Uint8Array(256);
    this.kinds.fill(END);
    this.kinds.fill(PART, SPACE, DELETE);
    this.kinds[DOLLAR] = END;
    this.kinds[COMMA] = SEPARATOR;
  }

  /**
   * Reads bytes, from `from` to before `to`, up to the end of the next sentence, and returns the index after it; 0 when
   * the sentence does not end there. The fields are valid until the next call.
   */
  next(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      if (this.state !== "within") at = this.seek(bytes, at, to);
      const start = at;
      at = this.scan(bytes, start, Math.min(to, start + MAX_LINE_BYTES - this.keptLength));
      if (at === to) this.keep(bytes, start, to);
      else if (this.endsSentence(bytes, start, at)) return at + 1;
    }
    return 0;
  }

  /** Where the next line begins, behind its dollar sign. */
  private seek(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (byte === DOLLAR) {
        this.startLine();
        return at + 1;
      }
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) this.state = "between";
      else if (this.state === "between") this.counts.garbageBytes++;
    }
    return to;
  }

  private startLine(): void {
    this.state = "within";
    this.keptLength = 0;
    this.sum = 0;
    this.commas = 0;
  }

  /** Where the text ends that can belong to the line. */
  private scan(bytes: Uint8Array, from: number, to: number): number {
    const { kinds, starts } = this;
    const behind = this.keptLength + 1 - from;
    let { sum, commas } = this;
    let at = from;
    for (let byte = 0; at < to; at++) {
      for (; at < to && kinds[(byte = bytes[at]!)] === PART; at++) sum ^= byte;
      if (byte !== COMMA) break;
      sum ^= byte;
      starts[++commas] = at + behind;
    }
    this.sum = sum;
    this.commas = commas;
    return at;
  }

  private keep(bytes: Uint8Array, from: number, to: number): void {
    let length = this.keptLength;
    for (let at = from; at < to; at++) this.kept[length++] = bytes[at]!;
    this.keptLength = length;
  }

  /**
   * Whether the byte at `stop` ends a sentence; otherwise it ends the line, or is too much for it. Any byte that is no part of
   * a line ends it, so that a sentence is read whose own end was lost.
   */
  private endsSentence(bytes: Uint8Array, start: number, stop: number): boolean {
    const byte = bytes[stop]!;
    if (this.kinds[byte] !== END) {
      this.counts.tooLong++;
      this.state = "skipping";
      return false;
    }
    this.state = "between";
    const isSentence = this.check(bytes, start, stop);
    if (byte === DOLLAR) this.startLine();
    return isSentence;
  }

  private check(bytes: Uint8Array, start: number, stop: number): boolean {
    const isCut = this.keptLength > 0;
    if (isCut) this.keep(bytes, start, stop);
    this.bytes = isCut ? this.kept : bytes;
    this.begin = isCut ? 0 : start;
    return this.holds(isCut ? this.keptLength - 3 : stop - start - 3);
  }

  /** Whether checksum and fields are right; `size` without the checksum. */
  private holds(size: number): boolean {
    const { bytes, commas } = this;
    const star = this.begin + size;
    if (size < 5 || bytes[star] !== ASTERISK) return this.refuse();
    const high = bytes[star + 1]!;
    const low = bytes[star + 2]!;
    if ((this.sum ^ ASTERISK ^ high ^ low) !== hexDigit(high) * 16 + hexDigit(low)) {
      this.counts.badChecksum++;
      return false;
    }
    if (commas >= MAX_FIELDS) return this.refuse();
    this.starts.fill(size + 1, commas + 1, MAX_FIELDS + 1);
    this.fieldCount = commas + 1;
    return true;
  }

  private refuse(): boolean {
    this.counts.malformed++;
    return false;
  }
}
