import { createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** Of SQLCipher 4, as setKey asks for: 4096 bytes, of which the last 80 are an initialisation vector and an HMAC-SHA-512. */
const PAGE_BYTES = 4_096;
const HMAC_BYTES = 64;
const SALT_BYTES = 16;
const SALT_MASK = 0x3a;
const FAST_ROUNDS = 2;

/** The one before holds the salt, and without it the database does not open at all. */
const FIRST_PAGE = 2;

/**
 * Numbers of pages, from 2 on, of a database file whose HMAC does not fit: SQLite says of such a page only that something is
 * corrupt. Reads the file and not its write-ahead log. A page that is being written looks the same: each is read twice.
 * Throws what the file system says. Source: SQLCipher, "Design" (zetetic.net/sqlcipher/design).
 */
export function corruptPages(path: string, key: Buffer): number[] {
  const file = openSync(path, "r");
  try {
    const salt = Buffer.alloc(SALT_BYTES);
    readSync(file, salt, 0, SALT_BYTES, 0);
    const masked = Buffer.from(salt.map((byte) => byte ^ SALT_MASK));
    const hmacKey = pbkdf2Sync(key, masked, FAST_ROUNDS, key.length, "sha512");
    const pages: number[] = [];
    for (let page = FIRST_PAGE; ; page++) {
      const state = stateOf(file, page, hmacKey);
      if (state === "none") return pages;
      if (state === "corrupt" && stateOf(file, page, hmacKey) === "corrupt") pages.push(page);
    }
  } finally {
    closeSync(file);
  }
}

const BYTES = Buffer.alloc(PAGE_BYTES);

function stateOf(file: number, page: number, hmacKey: Buffer): "whole" | "corrupt" | "none" {
  const length = readSync(file, BYTES, 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
  if (length === 0) return "none";
  if (length < PAGE_BYTES) return "corrupt";
  const end = PAGE_BYTES - HMAC_BYTES;
  const number = Buffer.alloc(4);
  number.writeUInt32LE(page);
  const expected = createHmac("sha512", hmacKey).update(BYTES.subarray(0, end)).update(number).digest();
  return timingSafeEqual(expected, BYTES.subarray(end)) ? "whole" : "corrupt";
}
