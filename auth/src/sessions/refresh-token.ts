import type { DataKeys } from "../accounts/data-keys.ts";

/** Starts every refresh token, so that scanners for leaked secrets find it. */
const PREFIX = "purr_refresh_";
const SESSION_BYTES = 16;
const HEAD_BYTES = SESSION_BYTES + 4;
const MAC_BYTES = 32;

/** Which exchange of which session a refresh token stands for. */
export interface RefreshClaim {
  readonly sid: string;
  readonly generation: number;
}

/**
 * Writes a refresh token: session, generation and their HMAC. Nothing of it is stored, and a token of an earlier
 * generation is still known as this service's own, so its reuse is noticed without a list of all that were given out.
 */
export function writeRefreshToken(keys: DataKeys, { sid, generation }: RefreshClaim): string {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(sid, "hex");
  head.writeUInt32BE(generation, SESSION_BYTES);
  return PREFIX + Buffer.concat([head, keys.mac("refresh-token", head)]).toString("base64url");
}

/** Reads a refresh token; undefined when this service did not write it. */
export function readRefreshToken(keys: DataKeys, token: string): RefreshClaim | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), "base64url");
  const head = bytes.subarray(0, HEAD_BYTES);
  if (bytes.length !== HEAD_BYTES + MAC_BYTES) return undefined;
  if (!keys.isMac("refresh-token", head, bytes.subarray(HEAD_BYTES))) return undefined;
  return { sid: head.toString("hex", 0, SESSION_BYTES), generation: head.readUInt32BE(SESSION_BYTES) };
}
