import type { Flash, Ports } from "../../core/ports.ts";
import { Firmware } from "../../core/firmware.ts";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { AnsweringCloud } from "./answering-cloud.ts";
import { OpenSkyReceiver } from "./open-sky-receiver.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, settingsOf, wavyRing } from "./scripts/shapes.ts";
import { NOON_S } from "./virtual-board.ts";

const PAGE_BYTES = 4_096;
const PAGES = 16;
const ERASED = 0xff;
const FIX_INTERVAL_MS = 60_000;
const TAG = asTagId("tom") as TagId;

/** Flash in one array that is made once, so that what is measured is the firmware. */
class ArrayFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  private readonly cells: Uint8Array;

  constructor() {
    this.pageBytes = PAGE_BYTES;
    this.pageCount = PAGES;
    this.cells = new Uint8Array(PAGE_BYTES * PAGES);
    for (let i = 0; i < this.cells.length; i++) this.cells[i] = ERASED;
  }

  read(page: number, offset: number, into: Uint8Array): void {
    const from = page * PAGE_BYTES + offset;
    for (let i = 0; i < into.length; i++) into[i] = this.cells[from + i] as number;
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    const from = page * PAGE_BYTES + offset;
    for (let i = 0; i < bytes.length; i++) this.cells[from + i] = bytes[i] as number;
  }

  erase(page: number): void {
    for (let i = 0; i < PAGE_BYTES; i++) this.cells[page * PAGE_BYTES + i] = ERASED;
  }
}

/** A tag that takes a fix a minute, without a transcript: for measuring time and memory. */
export class SteadyFixes {
  private readonly flash: ArrayFlash;
  private readonly writer: OpenSkyReceiver;
  private readonly cloud: AnsweringCloud;
  private firmware: Firmware | undefined = undefined;
  private nowMs = 0;
  private isReceiving = false;
  /** Searches that ended, each with a fix. */
  private searches = 0;
  private report: Uint8Array | undefined = undefined;

  /** The board without the firmware, so that its memory can be subtracted. */
  constructor() {
    this.flash = new ArrayFlash();
    this.writer = new OpenSkyReceiver();
    this.cloud = new AnsweringCloud();
  }

  /** Starts the firmware with a circle around the home, and perhaps a ring of a hundred corners. */
  begin(hasRing: boolean): void {
    const options = { tag: TAG, firmware: "1.0.0", seed: 42, builtAtS: NOON_S };
    const firmware = new Firmware(this.ports(), options);
    this.firmware = firmware;
    firmware.start();
    const around = circle(2, HOME_LAT_E7, HOME_LON_E7, 9_000);
    const ring = wavyRing(1, HOME_LAT_E7, HOME_LON_E7, 15_000, 100);
    const settings = settingsOf(2, hasRing ? [ring, around] : [around]);
    firmware.message(`purrimeter/1/${TAG}/settings`, encodeSettings(settings));
  }

  /** Takes `fixes` fixes, and answers reports while there is a session. */
  take(fixes: number): void {
    const firmware = this.firmware;
    if (firmware === undefined) throw new RangeError("begin comes first");
    const end = this.searches + fixes;
    while (this.searches < end) this.step(firmware);
  }

  up(): void {
    this.firmware?.uplinkUp();
  }

  private step(firmware: Firmware): void {
    const wakeMs = firmware.nextWakeMs();
    const nextMs = this.isReceiving ? 0 : Math.min(wakeMs, this.nowMs + FIX_INTERVAL_MS);
    this.nowMs = Math.max(this.nowMs + 1_000, Math.ceil(nextMs / 1_000) * 1_000);
    if (this.nowMs >= wakeMs) firmware.wake();
    if (this.isReceiving) this.speak(firmware);
    const report = this.report;
    if (report === undefined) return;
    this.report = undefined;
    firmware.message(`purrimeter/1/${TAG}/ack`, this.cloud.answer(report));
  }

  private speak(firmware: Firmware): void {
    const second = Math.floor(this.nowMs / 1_000);
    const awayE7 = Math.floor(second / 7_200) % 2 === 0 ? 0 : 40_000;
    this.writer.write(NOON_S + second, HOME_LAT_E7 + awayE7 + ((second * 7) % 11), HOME_LON_E7, 10);
    firmware.gnssBytes(this.writer.bytes, this.writer.length);
  }

  private ports(): Ports {
    return {
      flash: this.flash,
      clock: {
        monotonicMs: () => this.nowMs,
        utcS: () => NOON_S + Math.floor(this.nowMs / 1_000),
        setUtcS: () => undefined,
      },
      gnss: {
        start: () => {
          this.isReceiving = true;
        },
        stop: () => {
          this.searches++;
          this.isReceiving = false;
        },
      },
      uplink: {
        connect: () => undefined,
        disconnect: () => undefined,
        publish: (topic: string, bytes: Uint8Array) => {
          if (topic === `purrimeter/1/${TAG}/report`) this.report = bytes.slice(0, bytes.length);
          return true;
        },
      },
      indicator: { buzz: () => undefined, light: () => undefined },
      battery: { percent: () => 80 },
    };
  }
}
