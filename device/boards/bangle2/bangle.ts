import type { BangleSdk } from "./bangle-sdk.ts";
import { BangleTag } from "./bangle-tag.ts";

// The whole program of a Bangle.js 2 that is a tag: its file .bootcde (docs/boards.md).
declare const Bangle: BangleSdk["Bangle"];
declare const NRF: BangleSdk["NRF"];
declare const Bluetooth: BangleSdk["Bluetooth"];
declare const E: BangleSdk["E"];
declare const process: BangleSdk["process"];
/** Set by the build: as in FirmwareOptions. */
declare const BUILT_AT_S: number;
declare const getTime: () => number;
declare function setTimeout(call: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
/** Espruino's `require`, under the name that the build replaces. */
declare function espruinoModule(name: "Storage"): BangleSdk["storage"];
declare function espruinoModule(name: "crypto"): BangleSdk["crypto"];

const sdk = {
  Bangle,
  NRF,
  Bluetooth,
  E,
  process,
  storage: espruinoModule("Storage"),
  crypto: espruinoModule("crypto"),
  getTime,
  setTimeout,
  clearTimeout,
};
new BangleTag(sdk, BUILT_AT_S).start();
