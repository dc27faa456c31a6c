import { Firmware } from "../../core/firmware.ts";
import { StorageFlash } from "./storage-flash.ts";

/** Set by the build. */
declare const BUILT_AT_S: number;

/** An Espruino module, `require("purrimeter")`: the firmware and its flash, for a board's own program. */
declare const exports: {
  /** For FirmwareOptions. */
  builtAtS: number;
  Firmware: typeof Firmware;
  StorageFlash: typeof StorageFlash;
};

exports.builtAtS = BUILT_AT_S;
exports.Firmware = Firmware;
exports.StorageFlash = StorageFlash;
