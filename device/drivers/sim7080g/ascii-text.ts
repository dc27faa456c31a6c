/** Number of arguments of one call: they are on the stack, which is small on XS. */
const PIECE_BYTES = 16;

/** The bytes from `start` to before `stop` as text, one character for each byte. */
export function asciiText(bytes: Uint8Array, start: number, stop: number): string {
  let text = "";
  for (let at = start; at < stop; at += PIECE_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(stop, at + PIECE_BYTES)));
  }
  return text;
}
