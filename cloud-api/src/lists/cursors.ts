import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { refuse } from "../edge/problem.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A cursor is a nonce, a position and a tag in base64url: never near this. */
export const MAX_CURSOR_LENGTH = 512;

/** What a cursor belongs to: it opens nothing else. */
export interface CursorScope {
  readonly route: string;
  readonly owner: string;
  /** The tag whose list it is, if there is one. */
  readonly tag?: string;
}

/**
 * Seals positions in lists, so that a cursor says nothing, cannot be made up and does not work for another owner, tag
 * or route (AES-256-GCM with the scope as additional data; a random nonce is good for 2^32 cursors of one key).
 */
export class Cursors {
  readonly #key: Buffer;

  /** `key`: 32 bytes. */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The cursor for a position, which is any JSON value. */
  seal(scope: CursorScope, position: unknown): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(additionalData(scope));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** The position again. Throws a problem `invalid-cursor` for a cursor that was not sealed for this scope. */
  open(scope: CursorScope, cursor: string): unknown {
    const bytes = Buffer.from(cursor, "base64url");
    if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== cursor)
      throw invalidCursor();
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(additionalData(scope)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const text =
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      return JSON.parse(text) as unknown;
    } catch {
      throw invalidCursor();
    }
  }
}

function additionalData({ route, owner, tag }: CursorScope): Buffer {
  return Buffer.from(JSON.stringify([1, route, owner, tag ?? null]));
}

/** The refusal of a cursor that is not of this list. */
export function invalidCursor(): Error {
  const message = "This cursor was not given by this list for this query.";
  return refuse("invalid-cursor", message, [{ field: "cursor", message }]);
}
