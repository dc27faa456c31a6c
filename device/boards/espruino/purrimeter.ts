import { Firmware } from "../../core/firmware.ts";
import { StorageFlash } from "./storage-flash.ts";

/** An Espruino module, `require("purrimeter")`: the firmware and its flash, for a board's own program. */
declare const exports: {
  Firmware: typeof Firmware;
  StorageFlash: typeof StorageFlash;
};

exports.Firmware = Firmware;
exports.StorageFlash = StorageFlash;
