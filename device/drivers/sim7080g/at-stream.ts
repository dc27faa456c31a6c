import { asciiText } from "./ascii-text.ts";

const CR = 13;
const LF = 10;
const SPACE = 32;
const COMMA = 44;
const COLON = 58;
const PROMPT = 62;
const ZERO = 48;
const NINE = 57;
const DELETE = 127;

/** Longest line that is understood: the echo of AT+CAOPEN with a host name of 64 characters has 95. */
const MAX_LINE_BYTES = 192;

/** Most bytes that one AT+CARECV may return: longer answers of the SIM7080G were seen truncated. */
export const MAX_READ_BYTES = 512;

/** What the modem sends, piece by piece. */
export interface AtListener {
  /** A whole line, not empty, without its end. Valid only during the call. */
  line(text: string): void;
  /** A line begins with ">": the modem waits for bytes. */
  prompt(): void;
  /** The counted bytes of a "+CARECV: n," line. Valid only during the call. */
  data(bytes: Uint8Array): void;
}

/**
 * Divides the modem's bytes into lines, prompts and counted data, wherever they were split. A line that is too long, or
 * has bytes that are no ASCII, is ignored.
 */
export class AtStream {
  /** Whether "+CARECV: n," is followed by data; otherwise it is an ordinary line. */
  expectsData = false;
  private readonly listener: AtListener;
  private readonly data: Uint8Array;
  private line = "";
  private isBroken = false;
  private dataLength = 0;
  private dataRest = 0;
  private isBehindData = false;
  private endings = 0;

  constructor(listener: AtListener) {
    this.listener = listener;
    this.data = new Uint8Array(MAX_READ_BYTES);
  }

  /**
   * Ends of lines between the last data and what followed them, in bytes. Fewer than usual means that the data took some
   * in place of bytes that were lost.
   */
  get endingsBehindData(): number {
    return this.endings;
  }

  /** The first `length` of `bytes`. */
  feed(bytes: Uint8Array, length: number): void {
    for (let at = 0; at < length;) {
      const byte = bytes[at]!;
      if (this.dataRest > 0) at = this.takeData(bytes, at, length);
      // An echo ends as the command did: with CR alone.
      else if (byte !== LF && byte !== CR) at = this.takeText(bytes, at, length);
      else {
        at++;
        this.endLine();
      }
    }
  }

  /** Discards incomplete input. */
  reset(): void {
    this.line = "";
    this.isBroken = false;
    this.dataRest = 0;
    this.isBehindData = false;
    this.expectsData = false;
  }

  private takeData(bytes: Uint8Array, from: number, to: number): number {
    const stop = Math.min(to, from + this.dataRest);
    this.data.set(bytes.subarray(from, stop), this.dataLength);
    this.dataLength += stop - from;
    this.dataRest -= stop - from;
    if (this.dataRest > 0) return stop;
    this.isBehindData = true;
    this.endings = 0;
    this.listener.data(this.data.subarray(0, this.dataLength));
    return stop;
  }

  /** Takes a piece of a line at once, any other byte alone. */
  private takeText(bytes: Uint8Array, from: number, to: number): number {
    const separator = this.expectsData ? COMMA : DELETE;
    let at = from;
    let byte = bytes[at]!;
    this.isBehindData = false;
    if ((byte !== PROMPT && byte !== SPACE) || this.line !== "") {
      for (; at < to && (byte = bytes[at]!) >= SPACE && byte < DELETE && byte !== separator;) at++;
    }
    if (at === from) this.takeMark(byte);
    else this.addToLine(asciiText(bytes, from, at));
    return at === from ? at + 1 : at;
  }

  /** Takes a separator, a prompt or its blank, which belong to no line, or a byte that is no text. */
  private takeMark(byte: number): void {
    if (byte === PROMPT && !this.isBroken) this.listener.prompt();
    else if (byte === COMMA && this.beginsData()) this.beginData();
    else if (byte === COMMA) this.addToLine(",");
    else if (byte !== SPACE) this.isBroken = true;
  }

  private addToLine(text: string): void {
    if (this.line.length + text.length > MAX_LINE_BYTES) this.isBroken = true;
    else this.line += text;
  }

  private endLine(): void {
    if (this.isBehindData) this.endings++;
    if (this.line === "" && !this.isBroken) return;
    const { line, isBroken } = this;
    this.line = "";
    this.isBroken = false;
    if (!isBroken) this.listener.line(line);
  }

  private beginsData(): boolean {
    const count = numberAfter(this.line, "+CARECV");
    return !this.isBroken && count > 0 && count <= MAX_READ_BYTES;
  }

  private beginData(): void {
    this.isBehindData = false;
    this.dataRest = numberAfter(this.line, "+CARECV");
    this.dataLength = 0;
    this.line = "";
  }
}

/** The number of "name: number" and nothing after it, or -1. */
function numberAfter(line: string, name: string): number {
  if (line.slice(0, name.length) !== name || line.charCodeAt(name.length) !== COLON) return -1;
  const digits = line.slice(name.length + 2);
  if (digits.length === 0 || digits.length > 6) return -1;
  let value = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i);
    if (digit < ZERO || digit > NINE) return -1;
    value = value * 10 + digit - ZERO;
  }
  return value;
}
