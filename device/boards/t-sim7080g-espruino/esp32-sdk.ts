import type { Serial } from "./serial-modem.ts";
import type { I2c } from "../espruino/i2c-registers.ts";
import type { FlashModule } from "./raw-flash.ts";
import type { Storage } from "../espruino/storage-flash.ts";

/** What the program uses of the globals of Espruino on an ESP32-S3 (master of 2026-08-19, c5ff787). */
export interface Esp32Sdk {
  readonly ESP32: {
    getState(): { readonly BLE: boolean; readonly Wifi: boolean };
    /** Stores the setting, erases the file .bootcde, and restarts; so does enableWifi. */
    enableBLE(isOn: boolean): void;
    enableWifi(isOn: boolean): void;
    /** Stops the processor and keeps the memory; only time wakes it. */
    lightSleep(ms: number): void;
  };
  readonly E: {
    /** A byte for each character. */
    toUint8Array(text: string): Uint8Array;
    setConsole(device: null, options: { readonly force: boolean }): void;
    /** Restarts the board when the program is not idle within `seconds` seconds. */
    enableWatchdog(seconds: number): void;
    reboot(): void;
  };
  readonly process: {
    on(event: "uncaughtException", take: () => void): void;
  };
  /** UART 1 and UART 2. */
  readonly modemSerial: Serial;
  readonly gnssSerial: Serial;
  readonly i2c: I2c;
  readonly flash: FlashModule;
  readonly storage: Pick<Storage, "readArrayBuffer"> & {
    /** The file's JSON, or undefined. */
    readJSON(name: string): unknown;
  };
  digitalRead(pin: number): number;
  digitalWrite(pin: number, level: boolean): void;
  setWatch(
    call: () => void,
    pin: number,
    options: { readonly edge: "falling"; readonly repeat: boolean },
  ): void;
  /** Seconds; only grows, also while the processor sleeps. */
  getTime(): number;
  setTimeout(call: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}
