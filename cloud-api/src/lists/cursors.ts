import { openBytes, sealBytes } from "@purrimeter/secrets/aes-gcm";
import { createSecretKey, type KeyObject } from "node:crypto";
import { refuse } from "../edge/problem.ts";

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
  readonly #key: KeyObject;

  /** `key`: 32 bytes. */
  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** The cursor for a position, which is any JSON value. */
  seal(scope: CursorScope, position: unknown): string {
    return sealBytes(this.#key, Buffer.from(JSON.stringify(position)), additionalData(scope)).toString(
      "base64url",
    );
  }

  /** The position again. Throws a problem `invalid-cursor` for a cursor that was not sealed for this scope. */
  open(scope: CursorScope, cursor: string): unknown {
    const position = this.find(scope, cursor);
    if (position === undefined) throw invalidCursor();
    return position;
  }

  /** The position again; undefined for what was not sealed for this scope. */
  find(scope: CursorScope, cursor: string): unknown {
    const bytes = Buffer.from(cursor, "base64url");
    const plain = openBytes(this.#key, bytes, additionalData(scope));
    // Text that decodes to the same bytes is another cursor.
    if (plain === undefined || bytes.toString("base64url") !== cursor) return undefined;
    return JSON.parse(plain.toString()) as unknown;
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
