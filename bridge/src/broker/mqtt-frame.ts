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
