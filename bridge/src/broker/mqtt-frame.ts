import { MAX_MQTT_PACKET_BYTES } from "@purrimeter/protocol/limits";

/** The frame is not all there yet. */
export const INCOMPLETE = 0;
/** The frame announces more than MAX_MQTT_PACKET_BYTES, or a length that MQTT does not allow. Nothing of it is read. */
export const OVERSIZED = -1;

const CONTINUATION = 0x80;
/** MAX_MQTT_PACKET_BYTES needs two bytes of length; a third can only mean more, or a length that is not shortest. */
const MAX_LENGTH_BYTES = 2;

/** MQTT control packet types, the upper half of a frame's first byte (MQTT 3.1.1, 2.2.1). */
export const CONNECT = 1;
export const PUBLISH = 3;
export const SUBSCRIBE = 8;

/** Protocol levels of MQTT 3.1 and of MQTT 3.1.1 and above are beside names of different lengths. */
const NAMES: readonly Buffer[] = [Buffer.from("\0\u0004MQTT"), Buffer.from("\0\u0006MQIsdp")];
const LEVEL_3_1_1 = 4;

/**
 * Length of the MQTT frame that begins at `offset`, header included, or INCOMPLETE or OVERSIZED.
 * Looks at the fixed header only (MQTT 3.1.1, 2.2.3), so a limit holds before anything is kept or parsed.
 */
export function frameLength(bytes: Uint8Array, offset: number): number {
  let remaining = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
    const byte = bytes[offset + 1 + i];
    if (byte === undefined) return INCOMPLETE;
    remaining += (byte & 0x7f) << (7 * i);
    if ((byte & CONTINUATION) !== 0) continue;
    const length = 2 + i + remaining;
    if (length > MAX_MQTT_PACKET_BYTES) return OVERSIZED;
    return offset + length > bytes.length ? INCOMPLETE : length;
  }
  return OVERSIZED;
}

/** Control packet type of the frame at `offset`. */
export function frameType(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) >> 4;
}

/** False for a whole CONNECT that names a protocol level other than that of MQTT 3.1.1; one without a known name is left to the broker. */
export function isLevel4(frame: Buffer): boolean {
  const at = ((frame[1] ?? 0) & CONTINUATION) === 0 ? 2 : 3;
  const name = NAMES.find((one) => frame.subarray(at, at + one.length).equals(one));
  // The highest bit is a bridge's; a broker that does not know it refuses the level.
  return name === undefined || frame[at + name.length] === LEVEL_3_1_1;
}
