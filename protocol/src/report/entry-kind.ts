import type { AnswerOutcome } from "./entry.ts";
import type { Side } from "../values.ts";

/**
 * The first byte of an entry: bits 0-1 kind, bits 2-3 from, bits 4-5 to, bit 6 "optional parts follow the body" (version 2),
 * bit 7 "as long after the entry before as the last fix was".
 */
export const KIND_FIX = 0;
export const KIND_TRANSITION = 1;
export const KIND_NO_SKY = 2;
export const KIND_HEALTH = 3;
/** Version 2: the kind of health with bit 2 set. */
export const KIND_ANSWER = 0b111;
export const KIND_MASK = 0b11;
export const FROM_SHIFT = 2;
export const TO_SHIFT = 4;
export const EXTENDED = 0x40;
export const SAME_STEP = 0x80;

/** 0 unknown, 1 inside, 2 outside. */
export function sideCode(side: Side): number {
  if (side === "inside") return 1;
  return side === "outside" ? 2 : 0;
}

/** The inverse of `sideCode`; undefined for 3. */
export function sideFromCode(code: number): Side | undefined {
  if (code === 0) return "unknown";
  if (code === 1) return "inside";
  return code === 2 ? "outside" : undefined;
}

/** Index = code on the wire. New outcomes are appended. */
const OUTCOMES: readonly AnswerOutcome[] = ["done", "expired", "refused", "stopped"];

/** Code of an outcome on the wire. */
export function outcomeCode(outcome: AnswerOutcome): number {
  return OUTCOMES.indexOf(outcome);
}

/** The outcome of a code; undefined for one that is newer than this program. */
export function outcomeFromCode(code: number): AnswerOutcome | undefined {
  return OUTCOMES[code];
}
