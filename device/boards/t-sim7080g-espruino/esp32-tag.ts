import { Firmware } from "../../core/firmware.ts";
import type { Ports } from "../../core/ports.ts";
import { Pulse } from "../../drivers/output/pulse.ts";
import { ModemUplink } from "../../drivers/sim7080g/modem-uplink.ts";
import { ModemPower } from "../../drivers/sim7080g/modem-power.ts";
import { PowerRails } from "../../drivers/axp2101/power-rails.ts";
import { WakePlan } from "../t-sim7080g/wake-plan.ts";
import { readProvisioned, type Provisioned } from "./esp32-provisioned.ts";
import type { Esp32Sdk } from "./esp32-sdk.ts";
import {
  BUZZER_PIN,
  GNSS_BAUD,
  GNSS_POWER_PIN,
  GNSS_SERIAL,
  I2C_PINS,
  LAMP_PIN,
  MODEM_BAUD,
  MODEM_SERIAL,
  MODEM_SLEEP_PIN,
  MOTION_PIN,
  POWER_ADDRESS,
  POWER_KEY_PIN,
  SENSOR_ADDRESS,
} from "./esp32-wiring.ts";
import { I2cRegisters } from "../espruino/i2c-registers.ts";
import { Lis3dh } from "../../drivers/lis3dh/lis3dh.ts";
import { RawFlash } from "./raw-flash.ts";
import { SentenceFilter } from "../espruino/sentence-filter.ts";
import { SerialModem } from "./serial-modem.ts";
import { TimeClock } from "../espruino/time-clock.ts";

const VERSION = "0.1.0-esp32s3";

/**
 * 512 KiB between Espruino's program and its own areas (targets/esp32/IDF4/partitions.csv): two weeks of one-minute
 * fixes.
 */
const JOURNAL_ADDRESS = 0x290000;
const PAGE_BYTES = 4_096;
const PAGES = 128;

const I2C_HZ = 400_000;
const IDLE_TIMEOUT_MS = 10_000;
const WATCHDOG_S = 300;
/** Long enough that a fault at every start does not wear out the flash. */
const RESTART_MS = 60_000;

/** Only time wakes Espruino: between naps it checks whether the cat has moved. */
const NAP_MS = 5_000;
const MOTION_EVERY_MS = 5_000;

/** The firmware on a T-SIM7080G-S3 that runs Espruino, with a receiver and an accelerometer. */
export class Esp32Tag {
  private readonly sdk: Esp32Sdk;
  private readonly clock: TimeClock;
  private readonly rails: PowerRails;
  private readonly sensor: Lis3dh;
  private readonly sentences: SentenceFilter;
  private readonly modem: ModemUplink;
  private readonly firmware: Firmware;
  private readonly plan: WakePlan;
  private isReceiving: boolean;
  /** Pending waits that need the processor awake: of a pin that is held, or of the modem's supply. */
  private waits: number;
  private movedMs: number;

  /**
   * `builtAtS`: as in FirmwareOptions. Throws when the board is not provisioned, has other chips, or an Espruino that is
   * too old. Restarts the board when a radio is on that it does not need.
   */
  constructor(sdk: Esp32Sdk, builtAtS: number) {
    closeRadios(sdk);
    // Added after release 2v29.
    if (sdk.ESP32.lightSleep === undefined) throw new RangeError("lightSleep");
    const provisioned = readProvisioned(sdk.storage);
    this.sdk = sdk;
    this.isReceiving = false;
    this.waits = 0;
    this.movedMs = 0;
    this.clock = new TimeClock(() => sdk.getTime());
    sdk.i2c.setup({ ...I2C_PINS, bitrate: I2C_HZ });
    this.rails = new PowerRails(new I2cRegisters(sdk.i2c, POWER_ADDRESS));
    this.sensor = new Lis3dh(new I2cRegisters(sdk.i2c, SENSOR_ADDRESS));
    // The engine's own random numbers are the same after every start; a new journal needs a new epoch.
    const seed = this.sensor.noise();
    this.sentences = new SentenceFilter(
      () => this.clock.monotonicMs(),
      (sentence) => this.receiverBytes(sdk.E.toUint8Array(sentence)),
    );
    this.modem = this.makeModem(provisioned, seed);
    const { tag } = provisioned;
    const own = { tag, firmware: VERSION, seed, builtAtS };
    this.firmware = new Firmware(this.ports(), { ...own, idleTimeoutMs: IDLE_TIMEOUT_MS });
    this.plan = this.makePlan();
  }

  /**
   * Starts the tag. First removes the console from USB, so that no charger can read the journal or the key. To be called
   * once.
   */
  start(): void {
    const { sdk } = this;
    sdk.E.setConsole(null, { force: true });
    sdk.E.enableWatchdog(WATCHDOG_S);
    sdk.process.on("uncaughtException", () => void sdk.setTimeout(() => sdk.E.reboot(), RESTART_MS));
    sdk.modemSerial.on("data", (text) => this.runAndPlan(() => this.modemBytes(sdk.E.toUint8Array(text))));
    sdk.modemSerial.setup(MODEM_BAUD, MODEM_SERIAL);
    sdk.gnssSerial.on("data", (text) => this.runAndPlan(() => this.sentences.feed(text)));
    sdk.gnssSerial.setup(GNSS_BAUD, GNSS_SERIAL);
    // Espruino sets some pins high when it starts.
    for (const pin of [BUZZER_PIN, LAMP_PIN]) sdk.digitalWrite(pin, false);
    this.sensor.watch();
    sdk.setWatch(() => this.runAndPlan(() => this.checkMotion()), MOTION_PIN, {
      edge: "falling",
      repeat: true,
    });
    this.runAndPlan(() => this.firmware.start());
  }

  private makeModem(provisioned: Provisioned, seed: number): ModemUplink {
    const { sdk } = this;
    const power = new ModemPower(this.rails, {
      key: (isPressed) => sdk.digitalWrite(POWER_KEY_PIN, isPressed),
      after: (ms, call) => this.later(ms, call),
    });
    const port = new SerialModem(sdk.modemSerial, power, (isAsleep) =>
      sdk.digitalWrite(MODEM_SLEEP_PIN, isAsleep),
    );
    return new ModemUplink(
      this.clock,
      port,
      { ...provisioned, firmware: VERSION, seed },
      {
        up: () => this.firmware.uplinkUp(),
        down: () => this.firmware.uplinkDown(),
        message: (topic, bytes) => this.firmware.message(topic, bytes),
      },
    );
  }

  private ports(): Ports {
    const { sdk } = this;
    const buzzer = this.pulseOf(BUZZER_PIN);
    const lamp = this.pulseOf(LAMP_PIN);
    return {
      flash: new RawFlash(sdk.flash, JOURNAL_ADDRESS, PAGE_BYTES, PAGES),
      clock: this.clock,
      gnss: { start: () => this.receive(true), stop: () => this.receive(false) },
      uplink: this.modem,
      indicator: {
        buzz: (seconds) => buzzer.start(seconds),
        light: (seconds) => lamp.start(seconds),
      },
      battery: { percent: () => this.rails.percent() },
    };
  }

  private makePlan(): WakePlan {
    const { sdk } = this;
    return new WakePlan({
      monotonicMs: () => this.clock.monotonicMs(),
      nextWakeMs: () => Math.min(this.firmware.nextWakeMs(), this.modem.nextWakeMs()),
      isQuiet: () => this.modem.isResting && !this.isReceiving && this.waits === 0,
      after: (ms, call) => {
        const timer = sdk.setTimeout(call, ms);
        return () => sdk.clearTimeout(timer);
      },
      sleep: (ms) => this.sleep(this.clock.monotonicMs() + ms),
      wake: () => {
        this.checkMotion();
        this.firmware.wake();
        this.modem.wake();
      },
    });
  }

  private modemBytes(bytes: Uint8Array): void {
    this.modem.modemBytes(bytes, bytes.length);
  }

  private receiverBytes(bytes: Uint8Array): void {
    this.firmware.gnssBytes(bytes, bytes.length);
  }

  private receive(isOn: boolean): void {
    this.isReceiving = isOn;
    if (isOn) this.sentences.restart();
    this.sdk.digitalWrite(GNSS_POWER_PIN, isOn);
  }

  private pulseOf(pin: number): Pulse {
    return new Pulse(
      (isOn) => this.sdk.digitalWrite(pin, isOn),
      (ms, call) => this.later(ms, call),
    );
  }

  private later(ms: number, call: () => void): void {
    this.waits++;
    this.sdk.setTimeout(() => {
      this.waits--;
      this.runAndPlan(call);
    }, ms);
  }

  /** Naps until then, or until the cat moves. Stops after a nap that ended at once: something keeps the processor awake. */
  private sleep(untilMs: number): void {
    let nowMs = this.clock.monotonicMs();
    while (nowMs < untilMs && !this.hasMoved()) {
      const napMs = Math.min(NAP_MS, untilMs - nowMs);
      this.sdk.ESP32.lightSleep(napMs);
      const wokenMs = this.clock.monotonicMs();
      if (wokenMs - nowMs < napMs / 2) return;
      nowMs = wokenMs;
    }
  }

  private hasMoved(): boolean {
    return (
      this.sdk.digitalRead(MOTION_PIN) === 0 && this.clock.monotonicMs() - this.movedMs >= MOTION_EVERY_MS
    );
  }

  private checkMotion(): void {
    if (!this.hasMoved()) return;
    this.movedMs = this.clock.monotonicMs();
    this.sensor.release();
    this.firmware.moved();
  }

  private runAndPlan(call: () => void): void {
    call();
    this.plan.renew();
  }
}

/** By default Espruino opens its console over Bluetooth and Wi-Fi to everybody nearby. */
function closeRadios({ ESP32 }: Esp32Sdk): void {
  const { BLE, Wifi } = ESP32.getState();
  if (Wifi) ESP32.enableWifi(false);
  if (BLE) ESP32.enableBLE(false);
}
