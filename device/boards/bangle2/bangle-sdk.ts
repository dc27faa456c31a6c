import type { EspruinoCrypto } from "./espruino-cipher.ts";
import type { Storage } from "../espruino/storage-flash.ts";

/** What the program asks of Bangle.js 2 (Espruino 2v29), as its globals have it. */
export interface BangleSdk {
  readonly Bangle: {
    /** One line of NMEA without its end; and how the last two readings of the accelerometer differ, in g. */
    on(event: "GPS-raw", take: (line: string) => void): void;
    on(event: "accel", take: (reading: { readonly diff: number }) => void): void;
    setGPSPower(isOn: boolean, app: string): void;
    setBacklight(isOn: boolean): void;
    setPollInterval(ms: number): void;
    setOptions(options: { readonly backlightTimeout: number }): void;
    /** At most 5,000 ms. */
    buzz(ms: number): void;
  };
  readonly NRF: {
    on(event: "connect" | "disconnect", take: () => void): void;
    getSecurityStatus(): { readonly connected: boolean };
  };
  /** The Nordic UART service, once the console has left it. */
  readonly Bluetooth: {
    /** Each character is a byte. */
    on(event: "data", take: (text: string) => void): void;
    /** Waits until the bytes have room in the radio's buffer. */
    write(text: string): void;
  };
  readonly E: {
    getBattery(): number;
    /** A character for each byte, and back. */
    toString(bytes: Uint8Array): string;
    toUint8Array(text: string): Uint8Array;
    /** 32 bits of the chip's noise. */
    hwRand(): number;
    setConsole(device: null, options: { readonly force: boolean }): void;
    /** Starts the watch again when it does not come to rest within so many seconds. */
    enableWatchdog(seconds: number): void;
    reboot(): void;
  };
  readonly process: {
    on(event: "uncaughtException", take: () => void): void;
  };
  readonly storage: Storage & {
    /** The file's JSON, or undefined. */
    readJSON(name: string): unknown;
  };
  readonly crypto: EspruinoCrypto;
  /** Seconds; only grows, as long as nobody calls setTime. */
  getTime(): number;
  setTimeout(call: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}
