/** Unsigned LEB128 of 32 bits, and zigzag for signed values, as in Protocol Buffers. */

/** Most bytes that a 32-bit value takes. */
export const MAX_VARINT_BYTES = 5;

/** Writes 0 to 4,294,967,295 at `offset` and returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let rest = value >>> 0;
  while (rest > 127) {
    bytes[offset++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[offset++] = rest;
  return offset;
}

/** 0, -1, 1, -2, 2 … to 0, 1, 2, 3, 4 …; for -2,147,483,648 to 2,147,483,647. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** The inverse of `zigzag`. */
export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
