import type { ModemPort } from "../../drivers/sim7080g/modem-port.ts";
import type { ModemPower } from "../../drivers/sim7080g/modem-power.ts";

/** What this program uses of one of Espruino's serial ports. */
export interface Serial {
  setup(baud: number, options: { readonly rx: number; readonly tx: number }): void;
  /** Each character is a byte. */
  on(event: "data", take: (text: string) => void): void;
  /** Waits until the bytes have room in the port's buffer. */
  write(bytes: Uint8Array): void;
}

/** The modem at one of Espruino's serial ports. */
export class SerialModem implements ModemPort {
  private readonly serial: Serial;
  private readonly power: ModemPower;
  private readonly setSleep: (isAsleep: boolean) => void;

  /** `setSleep` sets the modem's sleep pin (DTR). */
  constructor(serial: Serial, power: ModemPower, setSleep: (isAsleep: boolean) => void) {
    this.serial = serial;
    this.power = power;
    this.setSleep = setSleep;
    setSleep(true);
  }

  write(bytes: Uint8Array): void {
    this.serial.write(bytes);
  }

  sleep(isAsleep: boolean): void {
    this.setSleep(isAsleep);
  }

  pressPowerKey(): void {
    this.power.pressKey();
  }

  cyclePower(): void {
    this.power.cycle();
  }
}
