import { XOFF, XON } from "@purrimeter/protocol/slip";

/** Of a Bangle.js 2 (io_buffer_size, and the thresholds of scripts/build_platform_config.py, Espruino 2v29). */
const BUFFER_BYTES = 2_047;
const XOFF_ABOVE = 1_535;
const XON_BELOW = 767;

/** Most bytes of one event. */
const EVENT_BYTES = 20;

/** Received bytes that the program has not read: an interpreter reads slower than a radio sends. */
export class InputBuffer {
  /** Bytes that were lost because the buffer was full. */
  lost = 0;
  private inbox: Buffer = Buffer.alloc(0);
  private readonly say: (byte: number) => void;
  private readonly read: (text: string) => void;
  private readonly reading: NodeJS.Timeout;
  private isOff = false;

  /** `read` gets at most `readsInSecond` bytes in a second, as text; `say` sends XOFF and XON. */
  constructor(bytesInSecond: number, say: (byte: number) => void, read: (text: string) => void) {
    this.say = say;
    this.read = read;
    this.reading = setInterval(() => this.readSome(), (EVENT_BYTES * 1_000) / bytesInSecond);
  }

  /** Bytes that the radio received. */
  take(bytes: Buffer): void {
    const taken = bytes.subarray(0, BUFFER_BYTES - this.inbox.length);
    this.lost += bytes.length - taken.length;
    this.inbox = Buffer.concat([this.inbox, taken]);
    if (this.inbox.length <= XOFF_ABOVE || this.isOff) return;
    this.isOff = true;
    this.say(XOFF);
  }

  stop(): void {
    clearInterval(this.reading);
  }

  private readSome(): void {
    const some = this.inbox.subarray(0, EVENT_BYTES);
    this.inbox = this.inbox.subarray(some.length);
    if (this.isOff && this.inbox.length < XON_BELOW) {
      this.isOff = false;
      this.say(XON);
    }
    if (some.length > 0) this.read(some.toString("latin1"));
  }
}
