import { CborReader } from "./cbor/cbor-reader.ts";
import { CborWriter } from "./cbor/cbor-writer.ts";
import type { Decoded } from "./decode-error.ts";
import { MAX_COMMAND_S, MAX_SMALL_MESSAGE_BYTES, WIRE_VERSION } from "./limits.ts";
import type { Command } from "./messages.ts";
import { MAX_UINT32 } from "./values.ts";

/** Index = code on the wire. */
const ACTIONS: readonly Command["action"][] = ["live", "buzz", "light"];

/** The bytes of a command (docs/wire.md). */
export function encodeCommand(command: Command): Uint8Array {
  const writer = new CborWriter(MAX_SMALL_MESSAGE_BYTES);
  const values = [
    WIRE_VERSION,
    command.id,
    ACTIONS.indexOf(command.action),
    command.seconds,
    command.expiresAt,
  ];
  writer.map(values.length);
  for (let key = 0; key < values.length; key++) {
    writer.int(key);
    writer.int(values[key] as number);
  }
  return writer.taken();
}

/** The command in the bytes, or why the bytes cannot be decoded. */
export function decodeCommand(bytes: Uint8Array): Decoded<Command> {
  const reader = new CborReader(bytes, MAX_SMALL_MESSAGE_BYTES);
  reader.openMap("command");
  reader.version(WIRE_VERSION);
  reader.requireKey(1, "id");
  const id = reader.int("id", 1, MAX_UINT32);
  reader.requireKey(2, "action");
  const action = ACTIONS[reader.int("action", 0, ACTIONS.length - 1)] as Command["action"];
  reader.requireKey(3, "seconds");
  const seconds = reader.int("seconds", 1, MAX_COMMAND_S);
  reader.requireKey(4, "expiresAt");
  const expiresAt = reader.int("expiresAt", 0, MAX_UINT32);
  reader.close();
  if (reader.error !== undefined) return { ok: false, error: reader.error };
  return { ok: true, value: { id, action, seconds, expiresAt } };
}
