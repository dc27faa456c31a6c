import { readFileSync } from "node:fs";
import { leakedForm, LEAKED_KEY_BYTES, LEAKED_LENGTHS, leakedPasswordKey } from "./leaked-password-key.ts";

const SHORT = read("leaked-8-to-14.bin");
const LONG = read("leaked-15-up.bin");

/** How many leaked passwords are known, by length: see LEAKED_LENGTHS. */
export const LEAKED_PASSWORDS = {
  short: SHORT.length / LEAKED_KEY_BYTES,
  long: LONG.length / LEAKED_KEY_BYTES,
} as const;

/** Whether the password is one of the most used of those that leaked (ASVS 5.0, 6.2.4 and 6.2.12); case does not matter. */
export function isLeakedPassword(password: string): boolean {
  const form = leakedForm(password);
  const table = [...form].length < LEAKED_LENGTHS.long ? SHORT : LONG;
  return has(table, leakedPasswordKey(form));
}

/** Keys in ascending order, one after the other: see auth/data/README.md. */
function read(name: string): Buffer {
  return readFileSync(new URL(`../../data/${name}`, import.meta.url));
}

function has(table: Buffer, key: Buffer): boolean {
  let low = 0;
  let high = table.length / LEAKED_KEY_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * LEAKED_KEY_BYTES;
    const order = table.compare(key, 0, LEAKED_KEY_BYTES, at, at + LEAKED_KEY_BYTES);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
