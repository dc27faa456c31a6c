import { Firmware } from "../../core/firmware.ts";
import type { Ports } from "../../core/ports.ts";
import { Pulse } from "../../drivers/output/pulse.ts";
import { MAX_GATEWAY_FRAME_BYTES } from "@purrimeter/protocol/link-limits";
import { asTagId } from "@purrimeter/protocol/values";
import type { BangleSdk } from "./bangle-sdk.ts";
import { EspruinoCipher } from "./espruino-cipher.ts";
import { hexBytes } from "./hex-bytes.ts";
import { LinkUplink } from "./link-uplink.ts";
import { SentenceFilter } from "../espruino/sentence-filter.ts";
import { SessionNumbers } from "./session-numbers.ts";
import { SlipText, slipText } from "./slip-text.ts";
import { StorageFlash } from "../espruino/storage-flash.ts";
import { TimeClock } from "../espruino/time-clock.ts";

const VERSION = "0.1.0-bangle2";
const APP = "purrimeter";

/** The file that `purrimeter ble-gateway pair` writes: {"tag", "id", "key"}. */
const LINK_FILE = "purrimeter.link";

/** Journal and settings: 96 KiB of the 8 MiB, three days of one-minute fixes without a gateway. */
const PAGE_BYTES = 4_096;
const PAGES = 24;

/** A sleeping cat does not exceed this between two readings; a walking one does, every second. */
const MOTION_G = 0.08;
const MOTION_EVERY_MS = 1_000;
/** Poll interval of the accelerometer. The watch accepts at most 4,000 without triggering its own watchdog. */
const POLL_MS = 500;

/** Reading a journal at the start takes a tenth of a second on a PC, and many times that on the watch. */
const WATCHDOG_S = 300;
/** Long enough that a fault at every start does not wear out the flash. */
const RESTART_MS = 60_000;
/** A timer further away than this is set again when it fires. */
const LONGEST_SLEEP_MS = 3_600_000;
const BUZZ_MS = 500;
const BUZZ_EVERY_MS = 1_000;

interface Provisioned {
  readonly tag: string;
  readonly id: string;
  readonly key: string;
}

/** The firmware on a Bangle.js 2: its receiver, accelerometer, Storage and Bluetooth as the core's ports. */
export class BangleTag {
  private readonly sdk: BangleSdk;
  private readonly clock: TimeClock;
  private readonly uplink: LinkUplink;
  private readonly stream: SlipText;
  private readonly firmware: Firmware;
  private readonly sentences: SentenceFilter;
  private timer: number;
  private movedMs: number;
  private buzzesLeft: number;
  private isBuzzing: boolean;

  /** `builtAtS`: as in FirmwareOptions. Throws when the watch is not paired. */
  constructor(sdk: BangleSdk, builtAtS: number) {
    const { tag, id, key } = sdk.storage.readJSON(LINK_FILE) as Provisioned;
    const tagId = asTagId(tag);
    if (tagId === undefined) throw new RangeError(LINK_FILE);
    this.sdk = sdk;
    this.timer = 0;
    this.movedMs = 0;
    this.buzzesLeft = 0;
    this.isBuzzing = false;
    this.clock = new TimeClock(() => sdk.getTime());
    this.sentences = new SentenceFilter(
      () => this.clock.monotonicMs(),
      (sentence) => this.runAndPlan(() => this.receiverBytes(sdk.E.toUint8Array(sentence))),
    );
    this.uplink = new LinkUplink(
      {
        tag: tagId,
        firmware: VERSION,
        id: hexBytes(id),
        key: hexBytes(key),
        cipher: new EspruinoCipher(sdk.crypto),
        numbers: new SessionNumbers(new StorageFlash(sdk.storage, "pm.n", 8, 2)),
        random: () => sdk.E.hwRand(),
        send: (frame) => this.transmit(frame),
      },
      {
        up: () => this.firmware.uplinkUp(),
        down: () => this.firmware.uplinkDown(),
        message: (topic, bytes) => this.firmware.message(topic, bytes),
      },
    );
    this.stream = new SlipText(MAX_GATEWAY_FRAME_BYTES, (frame) =>
      this.uplink.take(sdk.E.toUint8Array(frame)),
    );
    const seed = sdk.E.hwRand() >>> 0;
    this.firmware = new Firmware(this.ports(), { tag: tagId, firmware: VERSION, seed, builtAtS });
  }

  /**
   * Starts the tag. First removes the console from Bluetooth, so that nobody nearby can read the journal or the key. To
   * be called once.
   */
  start(): void {
    const { sdk } = this;
    const { Bangle, NRF, Bluetooth, E } = sdk;
    E.setConsole(null, { force: true });
    E.enableWatchdog(WATCHDOG_S);
    sdk.process.on("uncaughtException", () => void sdk.setTimeout(() => E.reboot(), RESTART_MS));
    Bangle.setPollInterval(POLL_MS);
    Bangle.setOptions({ backlightTimeout: 0 });
    Bangle.setBacklight(false);
    Bangle.on("GPS-raw", (line) => this.sentences.line(line));
    Bangle.on("accel", ({ diff }) => this.accelerated(diff));
    NRF.on("connect", () => this.runAndPlan(() => this.opened()));
    NRF.on("disconnect", () => this.runAndPlan(() => this.uplink.closed()));
    Bluetooth.on("data", (text) => this.runAndPlan(() => this.stream.feed(text)));
    this.firmware.start();
    if (NRF.getSecurityStatus().connected) this.opened();
    this.sleep();
  }

  private ports(): Ports {
    const { sdk } = this;
    const backlight = new Pulse(
      (isOn) => sdk.Bangle.setBacklight(isOn),
      (ms, call) => sdk.setTimeout(call, ms),
    );
    return {
      flash: new StorageFlash(sdk.storage, "pm.j", PAGE_BYTES, PAGES),
      clock: this.clock,
      gnss: {
        start: () => this.search(),
        stop: () => sdk.Bangle.setGPSPower(false, APP),
      },
      uplink: this.uplink,
      indicator: { buzz: (seconds) => this.buzz(seconds), light: (seconds) => backlight.start(seconds) },
      battery: { percent: () => sdk.E.getBattery() },
    };
  }

  private opened(): void {
    this.stream.restart();
    this.uplink.opened();
  }

  private search(): void {
    this.sentences.restart();
    this.sdk.Bangle.setGPSPower(true, APP);
  }

  private transmit(frame: Uint8Array): boolean {
    const { NRF, Bluetooth, E } = this.sdk;
    const { connected } = NRF.getSecurityStatus();
    if (connected) Bluetooth.write(slipText(E.toString(frame)));
    return connected;
  }

  private receiverBytes(bytes: Uint8Array): void {
    this.firmware.gnssBytes(bytes, bytes.length);
  }

  private accelerated(diffG: number): void {
    const nowMs = this.clock.monotonicMs();
    if (diffG < MOTION_G || nowMs - this.movedMs < MOTION_EVERY_MS) return;
    this.movedMs = nowMs;
    this.runAndPlan(() => this.firmware.moved());
  }

  private buzz(seconds: number): void {
    this.buzzesLeft = seconds;
    if (!this.isBuzzing) this.buzzOnce();
  }

  private buzzOnce(): void {
    this.isBuzzing = this.buzzesLeft > 0;
    if (!this.isBuzzing) return;
    this.buzzesLeft--;
    this.sdk.Bangle.buzz(BUZZ_MS);
    this.sdk.setTimeout(() => this.buzzOnce(), BUZZ_EVERY_MS);
  }

  private runAndPlan(call: () => void): void {
    call();
    this.sleep();
  }

  /** Plans the next wake-up again: every call may have changed it. */
  private sleep(): void {
    if (this.timer !== 0) this.sdk.clearTimeout(this.timer);
    const waitMs = this.firmware.nextWakeMs() - this.clock.monotonicMs();
    const sleepMs = Math.max(1, Math.min(waitMs, LONGEST_SLEEP_MS));
    this.timer = this.sdk.setTimeout(() => this.wake(), sleepMs);
  }

  private wake(): void {
    this.timer = 0;
    this.runAndPlan(() => this.firmware.wake());
  }
}
