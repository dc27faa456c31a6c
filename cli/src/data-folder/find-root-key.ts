import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DataFiles } from "./data-files.ts";

const ENCRYPTED = "ENCRYPTED PRIVATE KEY";
const PRIVATE_KEY = /-----BEGIN (?:RSA )?PRIVATE KEY-----/;

/** More is no key file. */
const MAX_KEY_BYTES = 16_384;

/**
 * A file of the data folder, of its certificates or of the authority's secrets that holds the root's private key;
 * undefined when there is none. An encrypted key counts as the root's: nothing else there is encrypted.
 */
export function findRootKey(files: DataFiles): string | undefined {
  const { authority, keys, root } = files.authority;
  if (!existsSync(root)) return undefined;
  const rootPublic = publicBytes(readFileSync(root, "utf8"), true);
  return [files.folder, files.certs, authority, keys].flatMap(filesIn).find((path) => {
    const text = readFileSync(path, "utf8");
    if (text.includes(ENCRYPTED)) return true;
    return PRIVATE_KEY.test(text) && publicBytes(text, false) === rootPublic;
  });
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(pem|key)$/.test(entry.name))
    .map(({ name }) => join(folder, name));
}

function publicBytes(pem: string, isCertificate: boolean): string | undefined {
  if (pem.length > MAX_KEY_BYTES) return undefined;
  try {
    const key = isCertificate ? new X509Certificate(pem).publicKey : createPublicKey(createPrivateKey(pem));
    return key.export({ type: "spki", format: "der" }).toString("hex");
  } catch (error) {
    // What OpenSSL cannot read is no key.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
