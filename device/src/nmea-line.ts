/** Longest line kept. NMEA 0183 allows 82 characters; receivers with long sentences stay under this. */
const MAX_LINE_BYTES = 128;
const MAX_FIELDS = 40;

const DOLLAR = 36;
const COMMA = 44;
const ASTERISK = 42;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** What is no digit makes a claimed checksum negative, and so wrong. */
const NO_DIGIT = -256;

/** What one byte made of the line. */
export type LineEvent = "nothing" | "sentence" | "garbage" | "malformed" | "too-long" | "bad-checksum";

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 65 && byte <= 70) return byte - 55;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return NO_DIGIT;
}

/** Finds `$...*hh` in a stream of bytes and splits it at its commas, in place. */
export class NmeaLine {
  /** Characters after the dollar sign. */
  readonly bytes: Uint8Array;
  /** Fields of the last sentence; the address is field 0. */
  fieldCount = 0;
  private readonly fieldStart: Uint8Array;
  private length = 0;
  private state: "between" | "within" | "skipping" = "between";

  constructor() {
    this.bytes = new Uint8Array(MAX_LINE_BYTES);
    this.fieldStart = new Uint8Array(MAX_FIELDS + 1);
  }

  /** Takes a byte; after "sentence" the fields stand until the next byte. */
  push(byte: number): LineEvent {
    if (byte === DOLLAR) return this.begin();
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) return this.end();
    if (this.state === "between") return "garbage";
    return this.state === "within" ? this.keep(byte) : "nothing";
  }

  /** Where field `index` begins in `bytes`; an absent field is empty. */
  start(index: number): number {
    return index < this.fieldCount ? (this.fieldStart[index] ?? 0) : 0;
  }

  /** Where field `index` ends, exclusive. */
  stop(index: number): number {
    return index < this.fieldCount ? (this.fieldStart[index + 1] ?? 1) - 1 : 0;
  }

  private begin(): LineEvent {
    const cut = this.state === "within";
    this.state = "within";
    this.length = 0;
    return cut ? "malformed" : "nothing";
  }

  private keep(byte: number): LineEvent {
    const printable = byte >= 32 && byte <= 126;
    if (printable && this.length < MAX_LINE_BYTES) {
      this.bytes[this.length++] = byte;
      return "nothing";
    }
    this.state = "skipping";
    return printable ? "too-long" : "malformed";
  }

  private end(): LineEvent {
    const complete = this.state === "within";
    this.state = "between";
    return complete ? this.check() : "nothing";
  }

  private check(): LineEvent {
    const star = this.length - 3;
    if (star < 5 || this.bytes[star] !== ASTERISK) return "malformed";
    const claimed = hexDigit(this.bytes[star + 1] ?? 0) * 16 + hexDigit(this.bytes[star + 2] ?? 0);
    let sum = 0;
    for (let i = 0; i < star; i++) sum ^= this.bytes[i] ?? 0;
    if (sum !== claimed) return "bad-checksum";
    return this.split(star) ? "sentence" : "malformed";
  }

  private split(end: number): boolean {
    let count = 0;
    this.fieldStart[0] = 0;
    for (let i = 0; i < end; i++) {
      if (this.bytes[i] !== COMMA) continue;
      if (++count >= MAX_FIELDS) return false;
      this.fieldStart[count] = i + 1;
    }
    this.fieldStart[count + 1] = end + 1;
    this.fieldCount = count + 1;
    return true;
  }
}
