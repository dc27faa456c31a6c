import { XOFF, XON } from "@purrimeter/protocol/slip";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { beforeEach, expect, it } from "vitest";
import type { Link, LinkEnd } from "./link.ts";
import { paced } from "./paced-link.ts";

const BUFFER_BYTES = 2_047;
/** At which a watch says XOFF, and XON again. */
const FULL_BYTES = 1_535;
const ROOM_BYTES = 767;

let time: ManualTime;

/** A watch with Espruino's input buffer: it is busy, then reads all at once; the air takes a while. */
class Watch implements Link {
  readonly read: number[] = [];
  end: LinkEnd = { bytes: () => undefined, closed: () => undefined };
  lost = 0;
  readonly #inbox: number[] = [];
  readonly #delayMs: number;
  #isOff = false;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  write(bytes: Uint8Array): void {
    const copy = [...bytes];
    time.after(this.#delayMs, () => this.#arrive(copy));
  }

  unsentBytes(): number {
    return 0;
  }

  close(): void {
    this.end.closed();
  }

  /** The program comes to its bytes. */
  work(): void {
    this.read.push(...this.#inbox.splice(0));
    if (this.#isOff) this.#say(XON);
    this.#isOff = false;
  }

  #arrive(bytes: readonly number[]): void {
    const room = BUFFER_BYTES - this.#inbox.length;
    this.lost += Math.max(0, bytes.length - room);
    this.#inbox.push(...bytes.slice(0, room));
    if (this.#inbox.length <= FULL_BYTES || this.#isOff) return;
    this.#isOff = true;
    this.#say(XOFF);
  }

  #say(byte: number): void {
    if (byte === XON) expect(this.#inbox.length).toBeLessThan(ROOM_BYTES);
    time.after(this.#delayMs, () => this.end.bytes(Uint8Array.of(byte)));
  }
}

const heard: number[] = [];
let isClosed: boolean;
let link: Link;

function open(watch: Watch): void {
  const accept = paced((opened) => {
    link = opened;
    return { bytes: (bytes) => void heard.push(...bytes), closed: () => (isClosed = true) };
  }, time);
  watch.end = accept(watch);
}

beforeEach(() => {
  time = new ManualTime();
  heard.length = 0;
  isClosed = false;
});

it("loses nothing of the largest settings to a watch that is busy for seconds", () => {
  const watch = new Watch(150);
  open(watch);
  const settings = Uint8Array.from({ length: 3_862 }, (_, i) => i & 255);
  link.write(settings);
  expect(link.unsentBytes()).toBeGreaterThan(3_000);
  for (let second = 0; second < 10; second++) {
    time.advance(3_000);
    watch.work();
  }
  expect(watch.lost).toBe(0);
  expect(watch.read).toEqual([...settings]);
  expect(link.unsentBytes()).toBe(0);
});

it("hears frames without the words of flow control, wherever these stand", () => {
  open(new Watch(0));
  const watch = paced((opened) => {
    link = opened;
    return { bytes: (bytes) => void heard.push(...bytes), closed: () => undefined };
  }, time)(new Watch(0));
  watch.bytes(Uint8Array.of(XOFF, 1, 2, XON, 3, XOFF, XON));
  watch.bytes(Uint8Array.of(4));
  expect(heard).toEqual([1, 2, 3, 4]);
});

it("waits ten seconds for an XON that was lost, and no longer", () => {
  const watch = new Watch(0);
  open(watch);
  watch.end.bytes(Uint8Array.of(XOFF));
  link.write(Uint8Array.of(1));
  time.advance(9_900);
  watch.work();
  expect(watch.read).toEqual([]);
  time.advance(200);
  watch.work();
  expect(watch.read).toEqual([1]);
});

it("leaves nothing running when the link is gone", () => {
  const watch = new Watch(0);
  open(watch);
  link.write(new Uint8Array(1_000));
  watch.end.bytes(Uint8Array.of(XOFF));
  link.close();
  expect(isClosed).toBe(true);
  time.advance(1);
  expect(time.pending).toBe(0);
});
