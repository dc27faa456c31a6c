import { crc32 } from "@purrimeter/protocol/crc32";
import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import {
  FROM_SHIFT,
  KIND_ANSWER,
  KIND_FIX,
  KIND_HEALTH,
  KIND_MASK,
  KIND_NO_SKY,
  KIND_TRANSITION,
  outcomeCode,
  outcomeFromCode,
  sideCode,
  sideFromCode,
  TO_SHIFT,
} from "@purrimeter/protocol/entry-kind";
import type { LastKnown, Side } from "@purrimeter/protocol/values";
import { COURSE_STEP_DEG10, SPEED_STEP_CM_S } from "../motion-steps.ts";
import { getInt32, getUint16, getUint32, putUint16, putUint32 } from "../flash/little-endian.ts";

/**
 * An entry in flash, little-endian: 0 kind and sides, 1 number, 5 at, 9 what the kind needs, 20 CRC-32 of the bytes
 * before. The first byte is never 0xFF, so that a record of which any byte was written is never taken for erased.
 */
export const RECORD_BYTES = 24;
const NUMBER = 1;
const AT = 5;
const BODY = 9;
/** Of a fix that moves: 1 + the speed in steps; in the first byte 1 + the course in steps. 0 where they are unknown. */
const SPEED = 19;
const COURSE_SHIFT = 2;
/** Of a transition: 0 not recorded, else 1 + the side's code. */
const LAST_KNOWN = 18;
const CRC = 20;

/** An entry of any kind, made once and filled again; only the fields of its kind mean anything. */
export interface JournalEntry {
  number: number;
  kind: number;
  at: number;
  latE7: number;
  lonE7: number;
  accuracyDm: number;
  /** In steps of SPEED_STEP_CM_S and COURSE_STEP_DEG10; negative when unknown. */
  speedCmS: number;
  courseDeg10: number;
  geofence: number;
  from: Side;
  to: Side;
  evidenceFrom: number;
  settingsVersion: number;
  searchedS: number;
  batteryPercent: number;
  boots: number;
  dropped: number;
  /** Undefined in a record that an older firmware wrote. */
  lastKnown: LastKnown | undefined;
  command: number;
  outcome: AnswerOutcome;
}

export function emptyJournalEntry(): JournalEntry {
  return {
    number: 0,
    kind: KIND_FIX,
    at: 0,
    latE7: 0,
    lonE7: 0,
    accuracyDm: 0,
    speedCmS: -1,
    courseDeg10: -1,
    geofence: 0,
    from: "unknown",
    to: "unknown",
    evidenceFrom: 0,
    settingsVersion: 0,
    searchedS: 0,
    batteryPercent: 0,
    boots: 0,
    dropped: 0,
    lastKnown: undefined,
    command: 0,
    outcome: "done",
  };
}

/** Writes the entry into the first RECORD_BYTES of `record`. */
export function encodeRecord(entry: JournalEntry, record: Uint8Array): void {
  for (let i = 0; i < RECORD_BYTES; i++) record[i] = 0;
  record[0] = entry.kind;
  putUint32(record, NUMBER, entry.number);
  putUint32(record, AT, entry.at);
  if (entry.kind === KIND_FIX) encodeFix(entry, record);
  else if (entry.kind === KIND_TRANSITION) encodeTransition(entry, record);
  else if (entry.kind === KIND_NO_SKY) putUint16(record, BODY, entry.searchedS);
  else if (entry.kind === KIND_ANSWER) encodeAnswer(entry, record);
  else encodeHealth(entry, record);
  putUint32(record, CRC, crc32(record, 0, CRC));
}

function encodeFix(entry: JournalEntry, record: Uint8Array): void {
  putUint32(record, BODY, entry.latE7);
  putUint32(record, BODY + 4, entry.lonE7);
  putUint16(record, BODY + 8, entry.accuracyDm);
  record[0] = (entry.courseDeg10 / COURSE_STEP_DEG10 + 1) << COURSE_SHIFT;
  record[SPEED] = entry.speedCmS / SPEED_STEP_CM_S + 1;
}

function encodeTransition(entry: JournalEntry, record: Uint8Array): void {
  record[0] = KIND_TRANSITION | (sideCode(entry.from) << FROM_SHIFT) | (sideCode(entry.to) << TO_SHIFT);
  record[BODY] = entry.geofence;
  putUint32(record, BODY + 1, entry.evidenceFrom);
  putUint32(record, BODY + 5, entry.settingsVersion);
  if (entry.lastKnown !== undefined) record[LAST_KNOWN] = 1 + sideCode(entry.lastKnown ?? "unknown");
}

function encodeAnswer(entry: JournalEntry, record: Uint8Array): void {
  putUint32(record, BODY, entry.command);
  record[BODY + 4] = outcomeCode(entry.outcome);
}

function encodeHealth(entry: JournalEntry, record: Uint8Array): void {
  record[BODY] = entry.batteryPercent;
  putUint32(record, BODY + 1, entry.boots);
  putUint32(record, BODY + 5, entry.dropped);
}

/** Fills the entry; false when the bytes are no whole record: torn, flipped or erased. */
export function decodeRecord(record: Uint8Array, entry: JournalEntry): boolean {
  if (getUint32(record, CRC) !== crc32(record, 0, CRC)) return false;
  const head = record[0] as number;
  entry.kind = head === KIND_ANSWER ? KIND_ANSWER : head & KIND_MASK;
  entry.number = getUint32(record, NUMBER);
  entry.at = getUint32(record, AT);
  if (entry.kind === KIND_FIX) decodeFix(record, entry);
  else if (entry.kind === KIND_TRANSITION) return decodeTransition(record, entry);
  else if (entry.kind === KIND_NO_SKY) entry.searchedS = getUint16(record, BODY);
  else if (entry.kind === KIND_HEALTH) decodeHealth(record, entry);
  else decodeAnswer(record, entry);
  return true;
}

function decodeFix(record: Uint8Array, entry: JournalEntry): void {
  entry.latE7 = getInt32(record, BODY);
  entry.lonE7 = getInt32(record, BODY + 4);
  entry.accuracyDm = getUint16(record, BODY + 8);
  entry.courseDeg10 = (((record[0] as number) >> COURSE_SHIFT) - 1) * COURSE_STEP_DEG10;
  entry.speedCmS = ((record[SPEED] as number) - 1) * SPEED_STEP_CM_S;
}

function decodeTransition(record: Uint8Array, entry: JournalEntry): boolean {
  const head = record[0] as number;
  const from = sideFromCode((head >> FROM_SHIFT) & 3);
  const to = sideFromCode((head >> TO_SHIFT) & 3);
  if (from === undefined || to === undefined) return false;
  entry.from = from;
  entry.to = to;
  entry.geofence = record[BODY] as number;
  entry.evidenceFrom = getUint32(record, BODY + 1);
  entry.settingsVersion = getUint32(record, BODY + 5);
  const known = record[LAST_KNOWN] as number;
  const side = sideFromCode((known - 1) & 3);
  entry.lastKnown = known === 0 ? undefined : side === undefined || side === "unknown" ? null : side;
  return true;
}

function decodeAnswer(record: Uint8Array, entry: JournalEntry): void {
  entry.command = getUint32(record, BODY);
  entry.outcome = outcomeFromCode(record[BODY + 4] as number) ?? "refused";
}

function decodeHealth(record: Uint8Array, entry: JournalEntry): void {
  entry.batteryPercent = record[BODY] as number;
  entry.boots = getUint32(record, BODY + 1);
  entry.dropped = getUint32(record, BODY + 5);
}
