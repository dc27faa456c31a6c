/** A new array of the bytes from `start` up to, not including, `end`. Espruino's own `slice` gives an Array. */
export function copiedBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
