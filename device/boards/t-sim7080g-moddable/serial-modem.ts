import type { ModemPort } from "../../drivers/sim7080g/modem-port.ts";
import type { ModemUplink } from "../../drivers/sim7080g/modem-uplink.ts";
import { ModemPower } from "../../drivers/sim7080g/modem-power.ts";
import type { PowerRails } from "../../drivers/axp2101/power-rails.ts";
import Digital from "embedded:io/digital";
import Serial from "embedded:io/serial";
import { hold } from "./light-sleep.ts";
import { SerialQueue } from "./serial-queue.ts";

const CHUNK_BYTES = 128;

export interface SerialModemPins {
  readonly port: number;
  readonly receive: number;
  readonly transmit: number;
  readonly baud: number;
  readonly powerKey: number;
  readonly dataTerminalReady: number;
}

/** What the modem needs from the board. */
export interface SerialModemHost {
  /** Called after bytes were received. */
  received(): void;
  /** Calls once after `ms` milliseconds. */
  after(ms: number, call: () => void): void;
}

/** The modem of the T-SIM7080G-S3: a serial port, its power key and sleep pin (both inverted on the board), its supply. */
export class SerialModem implements ModemPort {
  uplink: ModemUplink | undefined = undefined;
  private readonly power: ModemPower;
  private readonly serial: Serial;
  private readonly queue: SerialQueue;
  private readonly key: Digital;
  private readonly sleepPin: Digital;
  private readonly sleepPinNumber: number;
  private readonly chunk: Uint8Array;
  private readonly host: SerialModemHost;

  constructor(pins: SerialModemPins, rails: PowerRails, host: SerialModemHost) {
    const { port, receive, transmit, baud } = pins;
    this.host = host;
    this.chunk = new Uint8Array(CHUNK_BYTES);
    this.key = new Digital({ pin: pins.powerKey, mode: Digital.Output });
    this.sleepPin = new Digital({ pin: pins.dataTerminalReady, mode: Digital.Output });
    this.sleepPinNumber = pins.dataTerminalReady;
    this.sleep(true);
    this.queue = new SerialQueue((bytes) => this.serial.write(bytes));
    this.serial = new Serial({
      ...{ port, receive, transmit, baud, format: "buffer" },
      onReadable: (count) => this.read(count),
      onWritable: (count) => this.queue.writable(count),
    });
    this.power = new ModemPower(rails, {
      key: (isPressed) => this.key.write(isPressed ? 1 : 0),
      after: (ms, call) => host.after(ms, call),
    });
  }

  write(bytes: Uint8Array): void {
    this.queue.push(bytes);
  }

  sleep(isAsleep: boolean): void {
    hold(this.sleepPinNumber, false);
    this.sleepPin.write(isAsleep ? 1 : 0);
    hold(this.sleepPinNumber, true);
  }

  pressPowerKey(): void {
    this.queue.clear();
    this.power.pressKey();
  }

  cyclePower(): void {
    this.queue.clear();
    this.power.cycle();
  }

  private read(count: number): void {
    let rest = count;
    while (rest > 0) {
      const length = this.serial.read(this.chunk.subarray(0, Math.min(rest, CHUNK_BYTES)));
      if (typeof length !== "number" || length <= 0) break;
      this.uplink?.modemBytes(this.chunk, length);
      rest -= length;
    }
    this.host.received();
  }
}
