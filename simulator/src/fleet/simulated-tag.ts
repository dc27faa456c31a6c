import { Firmware } from "@purrimeter/device/firmware";
import type { FirmwareStats } from "@purrimeter/device/firmware-options";
import type { Battery, Indicator } from "@purrimeter/device/ports";
import { RamFlash } from "@purrimeter/device/ram-flash";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { HeldUplink } from "./held-uplink.ts";
import { MOVING_MS, nowhere, type Life } from "../cats/life.ts";
import { Random, seedOf } from "../random.ts";
import type { ReceiverParameters } from "../sky/receiver-model.ts";
import { SimulatedGnss } from "../sky/simulated-gnss.ts";
import type { TagUplink, UplinkMaker } from "./uplink-maker.ts";
import { VirtualClock } from "../virtual-clock.ts";

/** One tag to simulate. */
export interface SimulatedTagOptions {
  readonly tag: TagId;
  readonly life: Life;
  readonly receiver: ReceiverParameters;
  /** Everything random about receiver and sky follows from it. */
  readonly seed: number;
  /**
   * The firmware's own randomness, and with it the epoch of its new flash. It must differ from run to run: a second run
   * with the same epoch would send numbers that the cloud has already.
   */
  readonly firmwareSeed: number;
  readonly makeUplink: UplinkMaker;
}

/** A flash part of 256 KiB: a week without coverage fits. Pages take memory only once they are written. */
const FLASH_PAGE_BYTES = 4_096;
const FLASH_PAGES = 64;

/** Interval at which motion is checked. */
const MOTION_MS = 30_000;

/** A bridge sends new settings as soon as a tag subscribes; time that a tag faster than real time waits for them. */
const SETTINGS_WAIT_MS = 1_000;

/** A battery that lasts three weeks. */
const PERCENT_PER_DAY = 100 / 21;
const DAY_MS = 86_400_000;

const FIRMWARE = "simulated";

/** Lives may be in any year: the firmware counts as built a week before, so that no date seems rolled over. */
const BUILT_BEFORE_S = 7 * 86_400;

/** One tag on virtual time: the real firmware on simulated parts. The caller advances the time. */
export class SimulatedTag {
  readonly tag: TagId;
  readonly clock: VirtualClock;
  /** Seconds that the buzzer and the light were on. */
  readonly indicated = { buzzS: 0, lightS: 0 };
  readonly #life: Life;
  readonly #firmware: Firmware;
  readonly #gnss: SimulatedGnss;
  readonly #link: HeldUplink;
  readonly #uplink: TagUplink;
  readonly #truth = nowhere();
  readonly #settingsTopic: string;
  #motionMs = 0;
  #settingsDueMs: number | undefined;
  #isClosed = false;

  /** `beforeEvent` is called before the firmware gets an event of the uplink; `afterEvent` after it. */
  constructor(options: SimulatedTagOptions, beforeEvent: () => void, afterEvent: () => void) {
    const { tag, life, seed } = options;
    this.tag = tag;
    this.#settingsTopic = topicOf(tag, "settings");
    this.#life = life;
    this.clock = new VirtualClock(life.startsAt);
    const random = new Random(seedOf(seed, 2));
    this.#gnss = new SimulatedGnss(this.clock, life, options.receiver, random);
    const whileOpen = (event: () => void): void => {
      if (this.#isClosed) return;
      beforeEvent();
      event();
      afterEvent();
    };
    this.#uplink = options.makeUplink(tag, {
      up: () => whileOpen(() => this.#up()),
      down: () => whileOpen(() => this.#down()),
      message: (topic, bytes) => whileOpen(() => this.#message(topic, bytes)),
    });
    this.#link = new HeldUplink(this.#uplink, tag, () => this.stats.resent);
    this.#firmware = this.#makeFirmware(options.firmwareSeed);
  }

  #makeFirmware(seed: number): Firmware {
    const battery: Battery = {
      percent: () => Math.max(1, Math.round(100 - (this.clock.nowMs / DAY_MS) * PERCENT_PER_DAY)),
    };
    const indicator: Indicator = {
      buzz: (seconds) => void (this.indicated.buzzS += seconds),
      light: (seconds) => void (this.indicated.lightS += seconds),
    };
    const flash = new RamFlash(FLASH_PAGE_BYTES, FLASH_PAGES);
    const ports = { flash, clock: this.clock, gnss: this.#gnss, uplink: this.#link, indicator, battery };
    const builtAtS = this.#life.startsAt - BUILT_BEFORE_S;
    return new Firmware(ports, { tag: this.tag, firmware: FIRMWARE, seed, builtAtS });
  }

  get stats(): FirmwareStats {
    return this.#firmware.stats;
  }

  /** Reports that it sent. */
  get reports(): number {
    return this.#link.reports;
  }

  /** Whether it waits for the bridge, so that its time must not run ahead of real time. */
  get isWaiting(): boolean {
    return this.#link.isWaiting || this.clock.nowMs < (this.#settingsDueMs ?? 0);
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  /** Switches the tag on. */
  start(): void {
    this.#firmware.start();
  }

  /** Removes the view of the sky: entries in the journal can still be reported. */
  endLife(): void {
    this.#gnss.hasEnded = true;
    this.#motionMs = Infinity;
  }

  /** Reports the whole journal now, as after a new session. */
  flush(): void {
    this.#firmware.uplinkUp();
  }

  /** Virtual time at which something happens next, ms. */
  nextMs(): number {
    const waitsUntilMs = this.#settingsDueMs ?? 0;
    const settingsMs = this.clock.nowMs < waitsUntilMs ? waitsUntilMs : Infinity;
    return Math.min(this.#firmware.nextWakeMs(), this.#gnss.nextMs, this.#motionMs, settingsMs);
  }

  /**
   * Runs until the given virtual time, or until it waits for the bridge when `untilWaiting`, or for at most
   * `maxEvents`. True when it reached the time.
   */
  runUntil(virtualMs: number, untilWaiting: boolean, maxEvents: number): boolean {
    for (let events = 0; events < maxEvents; events++) {
      if (untilWaiting && this.isWaiting) return false;
      const nextMs = this.nextMs();
      if (nextMs > virtualMs) {
        if (virtualMs !== Infinity) this.clock.nowMs = Math.max(this.clock.nowMs, virtualMs);
        return true;
      }
      this.clock.nowMs = Math.max(this.clock.nowMs, nextMs);
      this.#happen();
    }
    return false;
  }

  #happen(): void {
    const now = this.clock.nowMs;
    if (this.#gnss.nextMs <= now) {
      const { bytes, length } = this.#gnss.run();
      this.#firmware.gnssBytes(bytes, length);
    }
    if (this.#motionMs <= now) this.#feelMotion();
    if (this.#firmware.nextWakeMs() <= now) this.#firmware.wake();
  }

  #feelMotion(): void {
    this.#motionMs = this.clock.nowMs + MOTION_MS;
    this.#life.at(this.clock.trueUtcS(), this.#truth);
    if (this.#truth.speedMS > MOVING_MS) this.#firmware.moved();
  }

  #up(): void {
    this.#link.setUp(true);
    this.#settingsDueMs ??= this.clock.nowMs + SETTINGS_WAIT_MS;
    this.#firmware.uplinkUp();
  }

  #down(): void {
    this.#link.setUp(false);
    this.#firmware.uplinkDown();
  }

  #message(topic: string, bytes: Uint8Array): void {
    this.#firmware.message(topic, bytes);
    if (topic === this.#settingsTopic) this.#settingsDueMs = 0;
    this.#link.countMessage(topic, this.stats.pending);
  }

  /** Closes the uplink; the counts stay. */
  close(): void {
    this.#isClosed = true;
    this.#uplink.close();
  }
}
