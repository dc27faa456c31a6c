import type { SecretSource } from "@purrimeter/secrets/secret-source";
import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { SIGNING_KEY_FILES } from "./rotate-signing-key.ts";

/** The key that signs, and those that are only published. */
export interface SigningKeys {
  readonly signingKey: KeyObject;
  readonly otherKeys: readonly KeyObject[];
}

/** Reads the keys that are there; throws when the current one is missing or one cannot be read. */
export function readSigningKeys(secrets: SecretSource): SigningKeys {
  const read = (name: string): KeyObject => createPrivateKey(secrets.read(name));
  const others = [SIGNING_KEY_FILES.next, SIGNING_KEY_FILES.previous].filter((name) => secrets.has(name));
  return { signingKey: read(SIGNING_KEY_FILES.current), otherKeys: others.map(read) };
}
