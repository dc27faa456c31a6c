import { Journal } from "../../../core/journal/journal.ts";
import { settingsPages } from "../../../core/settings/settings-store.ts";
import type { SimulatedModem } from "../../../drivers/sim7080g/testing/simulated-modem.ts";
import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { runInNewContext } from "node:vm";
import {
  GNSS_POWER_PIN,
  MODEM_SLEEP_PIN,
  MOTION_PIN,
  POWER_ADDRESS,
  POWER_KEY_PIN,
} from "../esp32-wiring.ts";
import { RawFlash } from "../raw-flash.ts";
import { EspruinoTime } from "../../espruino/testing/espruino-time.ts";
import type { FakeStorage } from "../../espruino/testing/fake-storage.ts";

const FLASH_BYTES = 4_194_304;
const JOURNAL_ADDRESS = 0x290000;

/** The parts of a board that survive a restart. */
export class Esp32Flash {
  readonly cells = new Uint8Array(FLASH_BYTES).fill(255);
  readonly storage: FakeStorage;
  /** Whether this Espruino has light sleep. */
  knowsSleep = true;
  /** In the chip's own settings: on when it is new. */
  radios = { BLE: true, Wifi: true };

  constructor(storage: FakeStorage) {
    this.storage = storage;
  }

  /** The program's journal, read-only. */
  journal(): Journal {
    const never = (): never => {
      throw new Error("to read only");
    };
    const read = (length: number, at: number): Uint8Array => this.cells.slice(at, at + length);
    const flash = new RawFlash({ read, write: never, erasePage: never }, JOURNAL_ADDRESS, 4_096, 128);
    const pages = settingsPages(flash.pageBytes);
    const journal = new Journal(flash, pages, flash.pageCount - pages);
    journal.start(0);
    return journal;
  }
}

/** The surroundings of the board. */
export interface Esp32World {
  /** As BoardTime has it. */
  readonly secondMs: number;
  readonly modem: SimulatedModem;
  /** NMEA of the second that has begun: seconds since the board was switched on. */
  nmea(second: number): string;
}

/** A simulated T-SIM7080G-S3 under Espruino that runs the program as it would be flashed. */
export class FakeEsp32 {
  readonly asked: string[] = [];
  readonly pins = new Map<number, boolean>();
  readonly naps: number[] = [];
  /** Lengths of the writes to the modem's port. */
  readonly modemWrites: number[] = [];
  /** Registers of the power controller. */
  readonly registers = new Map<number, number>([[0xa4, 71]]);
  /** Whether the accelerometer holds its line low. */
  isMotionLatched = false;
  releases = 0;
  /** Whether light sleep returns at once. */
  cannotSleep = false;
  private readonly flash: Esp32Flash;
  private readonly world: Esp32World;
  private readonly time: EspruinoTime;
  private readonly modemSerial = new EventEmitter();
  private readonly gnssSerial = new EventEmitter();
  private readonly events = new EventEmitter();

  /** Throws what the program throws. */
  constructor(program: string, flash: Esp32Flash, world: Esp32World) {
    this.flash = flash;
    this.world = world;
    this.time = new EspruinoTime(world.secondMs, (second) => this.live(second));
    world.modem.receiver = (bytes) => {
      const text = Buffer.from(bytes).toString("latin1");
      setImmediate(() => this.modemSerial.emit("data", text));
    };
    try {
      runInNewContext(program, this.globals());
    } catch (error) {
      this.die();
      throw error;
    }
  }

  /** The battery is empty. */
  die(): void {
    this.time.stop();
    for (const emitter of [this.modemSerial, this.gnssSerial, this.events]) emitter.removeAllListeners();
  }

  /** The cat moves: the line goes low, unless it is. */
  move(): void {
    const wasLatched = this.isMotionLatched;
    this.isMotionLatched = true;
    if (!wasLatched) this.events.emit(`watch ${MOTION_PIN}`);
  }

  /** An uncaught exception. */
  fault(): void {
    this.events.emit("uncaughtException");
  }

  private live(second: number): void {
    if (this.pins.get(GNSS_POWER_PIN) !== true) return;
    const nmea = this.world.nmea(second);
    const middle = Math.floor(nmea.length / 3);
    for (const part of [nmea.slice(0, middle), nmea.slice(middle)]) this.gnssSerial.emit("data", part);
  }

  private globals(): object {
    return {
      ESP32: this.chip(),
      E: {
        toUint8Array: (text: string) => Uint8Array.from(Buffer.from(text, "latin1")),
        setConsole: (device: unknown, { force }: { readonly force: boolean }) =>
          this.asked.push(`console ${JSON.stringify(device)} ${force}`),
        enableWatchdog: () => undefined,
        reboot: () => this.asked.push("reboot"),
      },
      process: { on: (event: string, take: () => void) => this.events.on(event, take) },
      Serial2: this.serial("modem", this.modemSerial, (bytes) => this.toModem(bytes)),
      Serial3: this.serial("gnss", this.gnssSerial, () => undefined),
      I2C1: this.i2c(),
      require: (name: string) => (name === "Storage" ? this.flash.storage : this.flashModule()),
      digitalRead: (pin: number) => (pin === MOTION_PIN && this.isMotionLatched ? 0 : 1),
      digitalWrite: (pin: number, level: boolean) => this.write(pin, level),
      setWatch: (call: () => void, pin: number, { edge }: { readonly edge: string }) => {
        this.asked.push(`watch ${pin} ${edge}`);
        this.events.on(`watch ${pin}`, call);
      },
      getTime: () => this.time.nowS,
      setTimeout: (call: () => void, ms: number) => this.time.after(call, ms),
      clearTimeout: (id: number) => this.time.cancel(id),
    };
  }

  private chip(): object {
    const set = (radio: "BLE" | "Wifi", isOn: boolean): never => {
      this.flash.radios[radio] = isOn;
      throw new Error("restarts");
    };
    const lightSleep = (ms: number): void => {
      // Timers do not run: the modem's key would stay pressed until the end.
      if (this.pins.get(POWER_KEY_PIN) === true) this.asked.push("nap with the key held");
      this.naps.push(ms);
      if (!this.cannotSleep) this.time.sleep(ms);
    };
    return {
      getState: () => ({ ...this.flash.radios }),
      enableBLE: (isOn: boolean) => set("BLE", isOn),
      enableWifi: (isOn: boolean) => set("Wifi", isOn),
      ...(this.flash.knowsSleep ? { lightSleep } : {}),
    };
  }

  private serial(name: string, emitter: EventEmitter, write: (bytes: Uint8Array) => void): object {
    return {
      setup: (baud: number, { rx, tx }: { readonly rx: number; readonly tx: number }) =>
        this.asked.push(`${name} ${baud} ${rx} ${tx}`),
      on: (event: string, take: () => void) => emitter.on(event, take),
      write,
    };
  }

  private toModem(bytes: Uint8Array): void {
    this.modemWrites.push(bytes.length);
    this.world.modem.write(Uint8Array.from(bytes));
  }

  private write(pin: number, level: boolean): void {
    const { modem } = this.world;
    this.pins.set(pin, level);
    if (pin === MODEM_SLEEP_PIN) modem.sleep(level);
    if (pin === POWER_KEY_PIN && level && !modem.isOn) modem.pressPowerKey();
  }

  private i2c(): object {
    return {
      setup: () => undefined,
      readReg: (address: number, register: number, count: number) =>
        address === POWER_ADDRESS
          ? Uint8Array.of(this.registers.get(register) ?? 0)
          : this.readSensor(register, count),
      writeTo: (address: number, [register = 0, value = 0]: number[]) => {
        if (address === POWER_ADDRESS) this.registers.set(register, value);
      },
    };
  }

  private readSensor(register: number, count: number): Uint8Array {
    if (register === 0x0f) return Uint8Array.of(0x33);
    if (register === 0x31) {
      this.isMotionLatched = false;
      this.releases++;
    }
    return new Uint8Array(randomBytes(count));
  }

  private flashModule(): object {
    const { cells } = this.flash;
    return {
      read: (length: number, address: number) => cells.slice(address, address + length),
      write: (bytes: Uint8Array, address: number) =>
        bytes.forEach((byte, i) => (cells[address + i]! &= byte)),
      erasePage: (address: number) => {
        const from = address - (address % 4_096);
        cells.fill(255, from, from + 4_096);
      },
    };
  }
}
