import { reasonCode, reasonFromCode } from "./ack.ts";
import { CborReader } from "./cbor/cbor-reader.ts";
import { CborWriter } from "./cbor/cbor-writer.ts";
import type { Decoded, DecodeReason } from "./decode-error.ts";
import { FIRST_WIRE_VERSION, MAX_FIRMWARE_LENGTH, MAX_SMALL_MESSAGE_BYTES } from "./limits.ts";
import type { Status } from "./messages.ts";
import { MAX_UINT32 } from "./values.ts";

/** The bytes of a status (docs/wire.md). */
export function encodeStatus(status: Status): Uint8Array {
  const writer = new CborWriter(MAX_SMALL_MESSAGE_BYTES);
  const refused = status.refusedSettings;
  const { decisionVersion, isLost } = status;
  const ofLost = isLost === undefined ? 0 : 1;
  writer.map(4 + (refused === undefined ? 0 : 2) + (decisionVersion === undefined ? 0 : 1) + ofLost);
  writer.int(0);
  writer.int(status.wireVersion ?? FIRST_WIRE_VERSION);
  writer.int(1);
  writer.bool(status.online);
  writer.int(2);
  writer.int(status.settingsVersion);
  writer.int(3);
  writer.ascii(status.firmware);
  if (refused !== undefined) {
    writer.int(4);
    writer.int(refused.version);
    writer.int(5);
    writer.int(reasonCode(refused.reason));
  }
  if (decisionVersion !== undefined) {
    writer.int(6);
    writer.int(decisionVersion);
  }
  if (isLost !== undefined) {
    writer.int(7);
    writer.bool(isLost);
  }
  return writer.taken();
}

/** The status in the bytes, or why the bytes cannot be decoded. */
export function decodeStatus(bytes: Uint8Array): Decoded<Status> {
  const reader = new CborReader(bytes, MAX_SMALL_MESSAGE_BYTES);
  reader.openMap("status");
  const version = reader.version();
  reader.requireKey(1, "online");
  const online = reader.bool("online");
  const settingsVersion = reader.requiredInt(2, "settingsVersion", 0, MAX_UINT32);
  reader.requireKey(3, "firmware");
  const firmware = reader.ascii("firmware", MAX_FIRMWARE_LENGTH);
  const refusedSettings = reader.hasKey(4) ? readRefused(reader) : undefined;
  const decisionVersion = reader.hasKey(6) ? reader.int("decisionVersion", 1, MAX_UINT32) : undefined;
  const isLost = version !== FIRST_WIRE_VERSION && reader.hasKey(7) ? reader.bool("lost") : undefined;
  reader.close(version);
  if (reader.error !== undefined) return { ok: false, error: reader.error };
  const status = {
    ...{ online, settingsVersion, firmware },
    ...(version === FIRST_WIRE_VERSION ? {} : { wireVersion: version }),
    ...(refusedSettings === undefined ? {} : { refusedSettings }),
    ...(decisionVersion === undefined ? {} : { decisionVersion }),
    ...(isLost === undefined ? {} : { isLost }),
  };
  return { ok: true, value: status };
}

function readRefused(reader: CborReader): { version: number; reason: DecodeReason } {
  const version = reader.int("refusedVersion", 0, MAX_UINT32);
  const reason = reasonFromCode(reader.requiredInt(5, "refusedReason", 0, reasonCode("too-many")));
  return { version, reason: reason as DecodeReason };
}
