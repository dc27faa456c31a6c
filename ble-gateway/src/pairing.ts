import { randomBytes } from "node:crypto";
import { LINK_ID_BYTES, LINK_KEY_BYTES } from "@purrimeter/protocol/link-limits";
import { asTagId, type TagId } from "@purrimeter/protocol/values";

/** What a tag and its gateway share. */
export interface Pairing {
  readonly tag: TagId;
  readonly id: Uint8Array;
  readonly key: Uint8Array;
}

/** A new pairing with random id and key. */
export function newPairing(tag: TagId): Pairing {
  return { tag, id: randomBytes(LINK_ID_BYTES), key: randomBytes(LINK_KEY_BYTES) };
}

/** The JSON that gateway and tag store: a secret. */
export function pairingText({ tag, id, key }: Pairing): string {
  return `${JSON.stringify({ tag, id: hex(id), key: hex(key) })}\n`;
}

/** The pairing in the JSON, or undefined when it is none. */
export function parsePairing(text: string): Pairing | undefined {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { tag, id, key } = value as Readonly<Record<string, unknown>>;
  const tagId = typeof tag === "string" ? asTagId(tag) : undefined;
  const [idBytes, keyBytes] = [bytesOf(id, LINK_ID_BYTES), bytesOf(key, LINK_KEY_BYTES)];
  if (tagId === undefined || idBytes === undefined || keyBytes === undefined) return undefined;
  return { tag: tagId, id: idBytes, key: keyBytes };
}

/** Lower-case hex digits. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function bytesOf(value: unknown, length: number): Uint8Array | undefined {
  if (typeof value !== "string" || !/^[0-9a-f]*$/.test(value) || value.length !== 2 * length)
    return undefined;
  return Buffer.from(value, "hex");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
