/** So many arguments at once: they lie on the stack, of which XS has little. */
const PIECE_BYTES = 16;

/** The bytes from `start` to before `stop` as text, each a character. */
export function asciiText(bytes: Uint8Array, start: number, stop: number): string {
  let text = "";
  for (let at = start; at < stop; at += PIECE_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(stop, at + PIECE_BYTES)));
  }
  return text;
}
