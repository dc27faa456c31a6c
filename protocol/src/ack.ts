import { CborReader } from "./cbor/cbor-reader.ts";
import { CborWriter } from "./cbor/cbor-writer.ts";
import type { Decoded } from "./decode-error.ts";
import { MAX_SMALL_MESSAGE_BYTES, FIRST_WIRE_VERSION } from "./limits.ts";
import type { Ack, RefusalReason, RefusedAck, StoredAck } from "./messages.ts";
import { MAX_UINT32, type EntryNumber, type Epoch } from "./values.ts";

/** Index = code on the wire. New reasons are appended. */
const REASONS: readonly RefusalReason[] = [
  "empty",
  "oversized",
  "truncated",
  "trailing-bytes",
  "not-canonical",
  "wrong-type",
  "unknown-version",
  "missing-field",
  "unknown-field",
  "out-of-range",
  "too-many",
  "unclaimed",
  "storage-full",
  "busy",
];

/** Code of a refusal on the wire. */
export function reasonCode(reason: RefusalReason): number {
  return REASONS.indexOf(reason);
}

/** The refusal of a code; undefined for a code that is newer than this program. */
export function reasonFromCode(code: number): RefusalReason | undefined {
  return REASONS[code];
}

/** The bytes of an acknowledgement (docs/wire.md). */
export function encodeAck(
  ack: Ack,
  writer: CborWriter = new CborWriter(MAX_SMALL_MESSAGE_BYTES),
): Uint8Array {
  writer.reset();
  if (ack.kind === "stored") writeStored(writer, ack);
  else writeRefused(writer, ack);
  return writer.taken();
}

function writePair(writer: CborWriter, key: number, value: number): void {
  writer.int(key);
  writer.int(value);
}

function writeStored(writer: CborWriter, ack: StoredAck): void {
  writer.map(ack.ahead === undefined ? 3 : 5);
  writePair(writer, 0, FIRST_WIRE_VERSION);
  writePair(writer, 1, ack.epoch);
  writePair(writer, 2, ack.through);
  if (ack.ahead === undefined) return;
  writePair(writer, 3, ack.ahead.first);
  writePair(writer, 4, ack.ahead.last);
}

function writeRefused(writer: CborWriter, ack: RefusedAck): void {
  writer.map(4);
  writePair(writer, 0, FIRST_WIRE_VERSION);
  writePair(writer, 5, reasonCode(ack.reason));
  writePair(writer, 6, ack.reportCrc);
  writer.int(7);
  writer.bool(ack.final);
}

/** The acknowledgement in the bytes, or why it cannot be decoded. */
export function decodeAck(bytes: Uint8Array): Decoded<Ack> {
  const reader = new CborReader(bytes, MAX_SMALL_MESSAGE_BYTES);
  reader.openMap("ack");
  const version = reader.version();
  const ack = reader.hasKey(1) ? readStored(reader) : readRefused(reader);
  reader.close(version);
  return reader.error === undefined ? { ok: true, value: ack } : { ok: false, error: reader.error };
}

function readStored(reader: CborReader): StoredAck {
  const epoch = reader.int("epoch", 0, MAX_UINT32) as Epoch;
  const through = reader.requiredInt(2, "through", 0, MAX_UINT32);
  if (!reader.hasKey(3)) return { kind: "stored", epoch, through };
  const first = reader.int("aheadFirst", through + 1, MAX_UINT32) as EntryNumber;
  const last = reader.requiredInt(4, "aheadLast", first, MAX_UINT32) as EntryNumber;
  return { kind: "stored", epoch, through, ahead: { first, last } };
}

function readRefused(reader: CborReader): RefusedAck {
  // A reason that this program does not know yet still means "not stored": it is read as "busy".
  const reason = reasonFromCode(reader.requiredInt(5, "reason", 0, 255)) ?? "busy";
  const reportCrc = reader.requiredInt(6, "reportCrc", 0, MAX_UINT32);
  reader.requireKey(7, "final");
  return { kind: "refused", reason, reportCrc, final: reader.bool("final") };
}
