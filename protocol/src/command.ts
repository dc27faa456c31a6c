import { CborReader } from "./cbor/cbor-reader.ts";
import { CborWriter } from "./cbor/cbor-writer.ts";
import type { Decoded } from "./decode-error.ts";
import { FIRST_WIRE_VERSION, MAX_COMMAND_S, MAX_SMALL_MESSAGE_BYTES, WIRE_VERSION } from "./limits.ts";
import type { Command, ReceivedCommand } from "./messages.ts";
import { MAX_UINT32 } from "./values.ts";

/** Index = code on the wire. */
const ACTIONS: readonly Command["action"][] = ["live", "buzz", "light", "locate", "stop"];

/** The first action that version 1 lacks. */
const FIRST_NEW_ACTION = ACTIONS.indexOf("locate");

/** Codes of version 2 that no action has yet read as unknown. */
const MAX_ACTION = 255;

/** The lowest version that can carry the command: a tag that speaks an older one cannot be sent it. */
export function commandVersion(command: Command): number {
  return ACTIONS.indexOf(command.action) < FIRST_NEW_ACTION ? FIRST_WIRE_VERSION : WIRE_VERSION;
}

/** The bytes of a command (docs/wire.md), in `commandVersion`. */
export function encodeCommand(command: Command): Uint8Array {
  const writer = new CborWriter(MAX_SMALL_MESSAGE_BYTES);
  const values = [
    commandVersion(command),
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
export function decodeCommand(bytes: Uint8Array): Decoded<ReceivedCommand> {
  const reader = new CborReader(bytes, MAX_SMALL_MESSAGE_BYTES);
  reader.openMap("command");
  const version = reader.version();
  const id = reader.requiredInt(1, "id", 1, MAX_UINT32);
  const lastAction = version === FIRST_WIRE_VERSION ? FIRST_NEW_ACTION - 1 : MAX_ACTION;
  const code = reader.requiredInt(2, "action", 0, lastAction);
  const action = ACTIONS[code] ?? "unknown";
  const seconds = reader.requiredInt(3, "seconds", code < FIRST_NEW_ACTION ? 1 : 0, MAX_COMMAND_S);
  const expiresAt = reader.requiredInt(4, "expiresAt", 0, MAX_UINT32);
  reader.close(version);
  if (reader.error !== undefined) return { ok: false, error: reader.error };
  return { ok: true, value: { id, action, seconds, expiresAt } };
}
