import { XOFF, XON } from "@purrimeter/protocol/slip";
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
export function paced(accept: AcceptLink): AcceptLink {
  return (link) => new PacedLink(link, accept);
}

class PacedLink implements Link, LinkEnd {
  private readonly link: Link;
  private readonly end: LinkEnd;
  private unsent = Buffer.alloc(0);
  private next: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;

  constructor(link: Link, accept: AcceptLink) {
    this.link = link;
    this.end = accept(this);
  }

  write(bytes: Uint8Array): void {
    this.unsent = Buffer.concat([this.unsent, bytes]);
    if (this.next === undefined && this.pause === undefined) this.sendPiece();
  }

  unsentBytes(): number {
    return this.unsent.length + this.link.unsentBytes();
  }

  close(): void {
    this.link.close();
  }

  bytes(bytes: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== XON && byte !== XOFF) continue;
      if (at > from) this.end.bytes(bytes.subarray(from, at));
      from = at + 1;
      if (byte === XON) this.resume();
      else this.stop();
    }
    if (from < bytes.length) this.end.bytes(bytes.subarray(from));
  }

  closed(): void {
    clearTimeout(this.next);
    clearTimeout(this.pause);
    this.unsent = Buffer.alloc(0);
    this.end.closed();
  }

  private sendPiece(): void {
    this.next = undefined;
    if (this.unsent.length === 0) return;
    this.link.write(this.unsent.subarray(0, PIECE_BYTES));
    this.unsent = this.unsent.subarray(PIECE_BYTES);
    this.next = setTimeout(() => this.sendPiece(), PIECE_EVERY_MS);
  }

  private stop(): void {
    clearTimeout(this.next);
    this.next = undefined;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.resume(), LONGEST_PAUSE_MS);
  }

  private resume(): void {
    if (this.pause === undefined) return;
    clearTimeout(this.pause);
    this.pause = undefined;
    this.sendPiece();
  }
}
