/** Sentences that make a fix. */
const FIX_SENTENCES = "RMC GGA";
/** Lists of satellites are passed on only while they show whether there is a view of the sky. */
const SATELLITE_LIST = "GSV";
const LISTS_READ_MS = 10_000;

/** NMEA 0183 allows 82 characters; longer text without an end is noise. */
const MAX_LINE = 256;

/**
 * Finds the sentences that the firmware needs in a receiver's text, with Espruino's own search functions: the firmware
 * reads every byte, which takes an interpreter ten thousand times as long.
 */
export class SentenceFilter {
  private readonly nowMs: () => number;
  private readonly take: (sentence: string) => void;
  private rest: string;
  private searchedMs: number;

  /** `take` is given a sentence with its end, "\r\n". */
  constructor(nowMs: () => number, take: (sentence: string) => void) {
    this.nowMs = nowMs;
    this.take = take;
    this.rest = "";
    this.searchedMs = 0;
  }

  /** The receiver begins to search. */
  restart(): void {
    this.rest = "";
    this.searchedMs = this.nowMs();
  }

  /** Text of the receiver, split anywhere. */
  feed(text: string): void {
    let rest = this.rest + text;
    let end = rest.indexOf("\n");
    while (end >= 0) {
      this.line(rest.slice(0, end));
      rest = rest.slice(end + 1);
      end = rest.indexOf("\n");
    }
    this.rest = rest.length > MAX_LINE ? "" : rest;
  }

  /** A line, with or without its "\r". */
  line(text: string): void {
    if (this.isRead(text.slice(3, 6))) this.take(text + (text.slice(-1) === "\r" ? "\n" : "\r\n"));
  }

  private isRead(kind: string): boolean {
    if (kind === SATELLITE_LIST) return this.nowMs() - this.searchedMs < LISTS_READ_MS;
    return kind.length === 3 && FIX_SENTENCES.indexOf(kind) >= 0;
  }
}
