import type { BangleSdk } from "./bangle-sdk.ts";
import { BangleTag } from "./bangle-tag.ts";

// The whole program of a Bangle.js 2 that is a tag: its file .bootcde (docs/boards.md).
declare const Bangle: BangleSdk["Bangle"];
declare const NRF: BangleSdk["NRF"];
declare const Bluetooth: BangleSdk["Bluetooth"];
declare const E: BangleSdk["E"];
declare const getTime: () => number;
declare function setTimeout(call: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare function require(name: "Storage"): BangleSdk["storage"];
declare function require(name: "crypto"): BangleSdk["crypto"];

new BangleTag({
  Bangle,
  NRF,
  Bluetooth,
  E,
  storage: require("Storage"),
  crypto: require("crypto"),
  getTime,
  setTimeout,
  clearTimeout,
}).start();
