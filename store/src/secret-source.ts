import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where a process finds its secrets: files as systemd, Docker and Kubernetes hand them over; Vault may follow. */
export interface SecretSource {
  /** The secret's bytes as they are. Throws SecretError when there is none that may be used. */
  read(name: string): Buffer;
  /** A 32-byte key kept as 64 hex digits, blanks at the ends aside. Throws SecretError for anything else. */
  readKey(name: string): Buffer;
}

/** Why a secret cannot be used. The message names the secret and the folder, never the content. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const KEY = /^[0-9a-f]{64}$/i;
/** Larger than any key or certificate chain, smaller than what hurts. */
const MAX_SECRET_BYTES = 65_536;
const OTHERS_MAY_READ = 0o077;

/** Secrets as files of one folder, $CREDENTIALS_DIRECTORY in services. Refuses files that others may read. */
export function openSecretFolder(folder: string): SecretSource {
  const read = (name: string): Buffer => readSecret(folder, name);
  return { read, readKey: (name) => parseKey(read(name), folder, name) };
}

function readSecret(folder: string, name: string): Buffer {
  if (!NAME.test(name) || name.includes("..")) throw new SecretError(`"${name}" is no name of a secret`);
  const descriptor = openSecret(folder, name);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw refusal(folder, name, "is no file");
    if ((stat.mode & OTHERS_MAY_READ) !== 0)
      throw refusal(
        folder,
        name,
        `may be read by others (mode ${(stat.mode & 0o777).toString(8)}, wanted 600)`,
      );
    if (stat.size === 0) throw refusal(folder, name, "is empty");
    if (stat.size > MAX_SECRET_BYTES) throw refusal(folder, name, `is larger than ${MAX_SECRET_BYTES} bytes`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openSecret(folder: string, name: string): number {
  try {
    return openSync(join(folder, name), "r");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown fault";
    throw refusal(folder, name, code === "ENOENT" ? "is missing" : `cannot be opened (${code})`);
  }
}

function parseKey(bytes: Buffer, folder: string, name: string): Buffer {
  const text = bytes.toString("latin1").trim();
  if (!KEY.test(text)) throw refusal(folder, name, "is not 64 hexadecimal digits");
  return Buffer.from(text, "hex");
}

function refusal(folder: string, name: string, why: string): SecretError {
  return new SecretError(`secret "${name}" in ${folder} ${why}`);
}
