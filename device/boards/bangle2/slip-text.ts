/**
 * SLIP (protocol/src/ble-link/slip.ts) with Espruino's own functions for text, one character for each byte: a loop over
 * bytes takes ten times as long.
 */
const END = "\xC0";
const ESCAPE = "\xDB";
const ESCAPED_ESCAPE = "\xDB\xDD";

/** Bytes to escape besides ESCAPE. They are literals: from pieces, Espruino would make UTF-8. */
const SPECIAL: readonly string[] = [END, "\x11", "\x13"];
const ESCAPED: readonly string[] = ["\xDB\xDC", "\xDB\xDE", "\xDB\xDF"];

/** The text of a frame in the stream; `frame` has a character for each byte. */
export function slipText(frame: string): string {
  let escaped = frame.split(ESCAPE).join(ESCAPED_ESCAPE);
  for (let i = 0; i < SPECIAL.length; i++) escaped = escaped.split(SPECIAL[i] as string).join(ESCAPED[i]);
  return END + escaped + END;
}

/** Finds frames in a text that is split anywhere. A frame that is too long is ignored. */
export class SlipText {
  private readonly maxLength: number;
  private readonly take: (frame: string) => void;
  private begun: string;

  /** `take` gets each frame of 1 to `maxBytes` bytes. */
  constructor(maxBytes: number, take: (frame: string) => void) {
    // For the case that all bytes are escaped.
    this.maxLength = 2 * maxBytes;
    this.take = take;
    this.begun = "";
  }

  /** Discards a partial frame: a new stream begins. */
  restart(): void {
    this.begun = "";
  }

  feed(text: string): void {
    const parts = text.split(END);
    this.begun += parts[0];
    for (let i = 1; i < parts.length; i++) {
      const frame = this.begun;
      this.begun = parts[i] as string;
      if (frame.length > 0 && frame.length <= this.maxLength) this.take(unescaped(frame));
    }
    // Longer than any frame: marks it as too long.
    if (this.begun.length > 2 * this.maxLength) this.begun = this.begun.slice(this.maxLength);
  }
}

function unescaped(text: string): string {
  let plain = text;
  for (let i = 0; i < SPECIAL.length; i++) plain = plain.split(ESCAPED[i] as string).join(SPECIAL[i]);
  return plain.split(ESCAPED_ESCAPE).join(ESCAPE);
}
