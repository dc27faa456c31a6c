import { asTagId, type TagId } from "@purrimeter/protocol/values";
import type { FirmwareOptions } from "../../core/firmware-options.ts";

export const TAG = asTagId("tom") as TagId;

/** 2026-11-01: fixed, so that the date of a build changes no transcript. */
const BUILT_AT_S = 1_793_491_200;

/** The options of the firmware of a scenario's board. */
export function virtualTag(seed: number, idleTimeoutMs: number): FirmwareOptions {
  return { tag: TAG, firmware: "1.0.0-golden", seed, builtAtS: BUILT_AT_S, idleTimeoutMs };
}
