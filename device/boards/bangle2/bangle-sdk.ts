import type { EspruinoCrypto } from "./espruino-cipher.ts";
import type { Storage } from "../espruino/storage-flash.ts";

/** What the program uses of the globals of Bangle.js 2 (Espruino 2v29). */
export interface BangleSdk {
  readonly Bangle: {
    /**
     * "GPS-raw": one line of NMEA without its end. "accel": difference of the last two readings of the accelerometer, in
     * g.
     */
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
  /** The Nordic UART service, after the console was moved away from it. */
  readonly Bluetooth: {
    /** Each character is a byte. */
    on(event: "data", take: (text: string) => void): void;
    /** Waits until the bytes have room in the radio's buffer. */
    write(text: string): void;
  };
  readonly E: {
    getBattery(): number;
    /** Converts bytes to text with a character for each byte, and back. */
    toString(bytes: Uint8Array): string;
    toUint8Array(text: string): Uint8Array;
    /** 32 bits of the chip's random number generator. */
    hwRand(): number;
    setConsole(device: null, options: { readonly force: boolean }): void;
    /** Restarts the watch when it is not idle within `seconds` seconds. */
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
  /** Seconds; only grows, as long as setTime is not called. */
  getTime(): number;
  setTimeout(call: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}
