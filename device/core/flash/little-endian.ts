/** Whole numbers in bytes, least significant first, as in flash. */

export function putUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value & 255;
  bytes[offset + 1] = (value >>> 8) & 255;
}

/** Also takes negative numbers of 32 bits; `getInt32` gives them back. */
export function putUint32(bytes: Uint8Array, offset: number, value: number): void {
  putUint16(bytes, offset, value & 65_535);
  putUint16(bytes, offset + 2, value >>> 16);
}

export function getUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

export function getInt32(bytes: Uint8Array, offset: number): number {
  return getUint16(bytes, offset) | (getUint16(bytes, offset + 2) << 16);
}

export function getUint32(bytes: Uint8Array, offset: number): number {
  return getInt32(bytes, offset) >>> 0;
}

/** Whether the bytes from `start` up to, not including, `end` are as an erasure leaves them. */
export function isErased(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 255) return false;
  return true;
}
