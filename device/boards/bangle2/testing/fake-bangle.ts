import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { runInNewContext } from "node:vm";
import { nodeCrypto } from "./node-crypto.ts";
import { EspruinoTime } from "../../espruino/testing/espruino-time.ts";
import type { FakeStorage } from "../../espruino/testing/fake-storage.ts";
import { InputBuffer } from "../../espruino/testing/input-buffer.ts";

/** The surroundings of the watch, and the speed of its time. */
export interface FakeWorld {
  /** As BoardTime has it. */
  readonly secondMs: number;
  /** NMEA of the second that has begun: seconds since the watch was switched on. */
  nmea(second: number): string;
}

/** Bytes of one radio packet. */
const MTU_BYTES = 20;

/** Slower than the gateway writes, like a busy watch. */
const READS_IN_SECOND = 1_000;

/** A simulated Bangle.js 2 that runs the program as it would be flashed. Its storage is passed in and survives it. */
export class FakeBangle {
  readonly asked: string[] = [];
  private readonly world: FakeWorld;
  private readonly bangle = new EventEmitter();
  private readonly nrf = new EventEmitter();
  private readonly bluetooth = new EventEmitter();
  private readonly time: EspruinoTime;
  private readonly input: InputBuffer;
  private socket: Socket | undefined;
  private isReceiving = false;

  constructor(program: string, storage: FakeStorage, world: FakeWorld) {
    this.world = world;
    this.time = new EspruinoTime(world.secondMs, (second) => this.live(second));
    this.input = new InputBuffer(
      READS_IN_SECOND,
      (byte) => this.socket?.write(Uint8Array.of(byte)),
      (text) => this.bluetooth.emit("data", text),
    );
    try {
      runInNewContext(program, this.globals(storage));
    } catch (error) {
      this.die();
      throw error;
    }
  }

  /** Connects the radio to a gateway's socket, until either side ends it. */
  approach(path: string): void {
    const socket = connect(path);
    this.socket = socket;
    socket.on("connect", () => this.nrf.emit("connect"));
    socket.on("data", (bytes: Buffer) => this.input.take(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.socket = undefined;
      this.nrf.emit("disconnect");
    });
  }

  /** Bytes that came faster than the program read. */
  get lostBytes(): number {
    return this.input.lost;
  }

  get isConnected(): boolean {
    return this.socket?.readyState === "open";
  }

  /** The battery is empty. */
  die(): void {
    this.time.stop();
    this.input.stop();
    for (const emitter of [this.bangle, this.nrf, this.bluetooth]) emitter.removeAllListeners();
    this.socket?.destroy();
  }

  private live(second: number): void {
    if (this.isReceiving) this.receive(this.world.nmea(second));
    this.bangle.emit("accel", { diff: 0.5 });
  }

  private receive(nmea: string): void {
    for (const line of nmea.trimEnd().split("\r\n")) this.bangle.emit("GPS-raw", line, false);
  }

  private globals(storage: FakeStorage): object {
    const ask = (what: string): void => void this.asked.push(what);
    return {
      Bangle: {
        on: (event: string, take: () => void) => this.bangle.on(event, take),
        setGPSPower: (isOn: boolean) => {
          this.isReceiving = isOn;
        },
        setBacklight: (isOn: boolean) => ask(`backlight ${isOn}`),
        setPollInterval: () => undefined,
        setOptions: () => undefined,
        buzz: (ms: number) => ask(`buzz ${ms}`),
      },
      NRF: {
        on: (event: string, take: () => void) => this.nrf.on(event, take),
        getSecurityStatus: () => ({ connected: this.isConnected }),
      },
      Bluetooth: {
        on: (event: string, take: () => void) => this.bluetooth.on(event, take),
        write: (text: string) => {
          for (let at = 0; at < text.length; at += MTU_BYTES)
            this.socket?.write(text.slice(at, at + MTU_BYTES), "latin1");
        },
      },
      E: {
        toString: (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1"),
        toUint8Array: (text: string) => Uint8Array.from(Buffer.from(text, "latin1")),
        getBattery: () => 77,
        hwRand: () => randomBytes(4).readInt32LE(),
        setConsole: (device: unknown, { force }: { readonly force: boolean }) =>
          ask(`console ${JSON.stringify(device)} ${force}`),
        enableWatchdog: () => undefined,
        reboot: () => ask("reboot"),
      },
      process: { on: (event: string, take: () => void) => this.bangle.on(event, take) },
      require: (name: string) => (name === "Storage" ? storage : nodeCrypto),
      getTime: () => this.time.nowS,
      setTimeout: (call: () => void, ms: number) => this.time.after(call, ms),
      clearTimeout: (id: number) => this.time.cancel(id),
    };
  }
}
