import type { Esp32Sdk } from "./esp32-sdk.ts";
import { Esp32Tag } from "./esp32-tag.ts";
import type { FlashModule } from "./raw-flash.ts";

// The whole program of a T-SIM7080G-S3 that is a tag: its file .boot0 (docs/boards.md).
declare const ESP32: Esp32Sdk["ESP32"];
declare const E: Esp32Sdk["E"];
declare const process: Esp32Sdk["process"];
declare const Serial2: Esp32Sdk["modemSerial"];
declare const Serial3: Esp32Sdk["gnssSerial"];
declare const I2C1: Esp32Sdk["i2c"];
declare const digitalRead: Esp32Sdk["digitalRead"];
declare const digitalWrite: Esp32Sdk["digitalWrite"];
declare const setWatch: Esp32Sdk["setWatch"];
/** Set by the build: as in FirmwareOptions. */
declare const BUILT_AT_S: number;
declare const getTime: () => number;
declare function setTimeout(call: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
/** Espruino's `require`, under the name that the build replaces. */
declare function espruinoModule(name: "Storage"): Esp32Sdk["storage"];
declare function espruinoModule(name: "Flash"): FlashModule;

const sdk = {
  ESP32,
  E,
  process,
  modemSerial: Serial2,
  gnssSerial: Serial3,
  i2c: I2C1,
  flash: espruinoModule("Flash"),
  storage: espruinoModule("Storage"),
  digitalRead,
  digitalWrite,
  setWatch,
  getTime,
  setTimeout,
  clearTimeout,
};
new Esp32Tag(sdk, BUILT_AT_S).start();
