import { copiedBytes } from "./copied-bytes.ts";

/**
 * SLIP (RFC 1055): frames in a stream of bytes; after lost or unknown bytes the next END starts a new frame. XON and XOFF
 * are escaped too, so that in the stream they always mean flow control (docs/link.md).
 */
const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;
const ESCAPED_XON = 0xde;
const ESCAPED_XOFF = 0xdf;

/** Flow control (ISO/IEC 646, DC1 and DC3): the sender of XOFF has no room until it sends XON. */
export const XON = 0x11;
export const XOFF = 0x13;

/** The bytes of a frame in the stream, with an END on either side, so that bytes left over before it cannot damage it. */
export function slipFrame(frame: Uint8Array): Uint8Array {
  let length = frame.length + 2;
  for (let i = 0; i < frame.length; i++) if (escaped(frame[i] as number) !== 0) length++;
  const bytes = new Uint8Array(length);
  let at = 0;
  bytes[at++] = END;
  for (let i = 0; i < frame.length; i++) {
    const byte = frame[i] as number;
    const instead = escaped(byte);
    if (instead !== 0) bytes[at++] = ESCAPE;
    bytes[at++] = instead === 0 ? byte : instead;
  }
  bytes[at] = END;
  return bytes;
}

/** Finds frames in a stream that is split anywhere. A frame longer than `maxBytes` is ignored. */
export class SlipReader {
  private readonly frame: Uint8Array;
  private readonly take: (frame: Uint8Array) => void;
  private length: number;
  private isEscaped: boolean;

  /** `take` gets each frame of 1 to `maxBytes` bytes, valid only during the call. */
  constructor(maxBytes: number, take: (frame: Uint8Array) => void) {
    // One byte more, to detect a frame that is too long.
    this.frame = new Uint8Array(maxBytes + 1);
    this.take = take;
    this.length = 0;
    this.isEscaped = false;
  }

  /** Discards a partial frame: a new stream begins. */
  restart(): void {
    this.length = 0;
    this.isEscaped = false;
  }

  feed(byte: number): void {
    if (byte === END) {
      this.end();
    } else if (byte === ESCAPE) {
      this.isEscaped = true;
    } else {
      this.add(this.isEscaped ? unescaped(byte) : byte);
      this.isEscaped = false;
    }
  }

  private add(byte: number): void {
    if (this.length < this.frame.length) this.frame[this.length++] = byte;
  }

  private end(): void {
    const length = this.length;
    this.restart();
    if (length > 0 && length < this.frame.length) this.take(copiedBytes(this.frame, 0, length));
  }
}

/** The byte after ESCAPE that replaces this one; 0 when it needs no escape. */
function escaped(byte: number): number {
  switch (byte) {
    case END:
      return ESCAPED_END;
    case ESCAPE:
      return ESCAPED_ESCAPE;
    case XON:
      return ESCAPED_XON;
    case XOFF:
      return ESCAPED_XOFF;
    default:
      return 0;
  }
}

function unescaped(byte: number): number {
  switch (byte) {
    case ESCAPED_END:
      return END;
    case ESCAPED_ESCAPE:
      return ESCAPE;
    case ESCAPED_XON:
      return XON;
    case ESCAPED_XOFF:
      return XOFF;
    default:
      return byte;
  }
}
