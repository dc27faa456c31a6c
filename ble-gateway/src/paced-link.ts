import { XOFF, XON } from "@purrimeter/protocol/slip";
import type { Cancel, Time } from "@purrimeter/service/time";
import type { AcceptLink, Link, LinkEnd } from "./link.ts";

/**
 * 1,500 bytes a second. A watch buffers 2,047 bytes that its program has not read, and sends XOFF at three quarters of
 * that. XOFF may be delayed by a connection interval, 0.2 s at most, and by the buffers of the link's carrier.
 */
const PIECE_BYTES = 60;
const PIECE_EVERY_MS = 40;

/** Longest pause, in case an XON was lost. */
const LONGEST_PAUSE_MS = 10_000;

/** Links that are written to no faster than a watch reads, and not at all between XOFF and XON. */
export function paced(accept: AcceptLink, time: Pick<Time, "after">): AcceptLink {
  return (link) => new PacedLink(link, accept, time);
}

class PacedLink implements Link, LinkEnd {
  readonly #link: Link;
  readonly #end: LinkEnd;
  #unsent = Buffer.alloc(0);
  readonly #time: Pick<Time, "after">;
  #next: Cancel | undefined;
  #pause: Cancel | undefined;

  constructor(link: Link, accept: AcceptLink, time: Pick<Time, "after">) {
    this.#link = link;
    this.#time = time;
    this.#end = accept(this);
  }

  write(bytes: Uint8Array): void {
    this.#unsent = Buffer.concat([this.#unsent, bytes]);
    if (this.#next === undefined && this.#pause === undefined) this.#sendPiece();
  }

  unsentBytes(): number {
    return this.#unsent.length + this.#link.unsentBytes();
  }

  close(): void {
    this.#link.close();
  }

  bytes(bytes: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== XON && byte !== XOFF) continue;
      if (at > from) this.#end.bytes(bytes.subarray(from, at));
      from = at + 1;
      if (byte === XON) this.#resume();
      else this.#stop();
    }
    if (from < bytes.length) this.#end.bytes(bytes.subarray(from));
  }

  closed(): void {
    this.#next?.();
    this.#pause?.();
    this.#unsent = Buffer.alloc(0);
    this.#end.closed();
  }

  #sendPiece(): void {
    this.#next = undefined;
    if (this.#unsent.length === 0) return;
    this.#link.write(this.#unsent.subarray(0, PIECE_BYTES));
    this.#unsent = this.#unsent.subarray(PIECE_BYTES);
    this.#next = this.#time.after(PIECE_EVERY_MS, () => this.#sendPiece());
  }

  #stop(): void {
    this.#next?.();
    this.#next = undefined;
    this.#pause?.();
    this.#pause = this.#time.after(LONGEST_PAUSE_MS, () => this.#resume());
  }

  #resume(): void {
    if (this.#pause === undefined) return;
    this.#pause?.();
    this.#pause = undefined;
    this.#sendPiece();
  }
}
