/** Where a process finds its secrets: files as systemd, Docker and Kubernetes hand them over, or Vault. */
export interface SecretSource {
  /** Whether there is a secret of this name. */
  has(name: string): boolean;
  /** The secret's bytes as they are. Throws SecretError when there is none that may be used. */
  read(name: string): Buffer;
  /** A 32-byte key kept as 64 hex digits, blanks at the ends aside. Throws SecretError for anything else. */
  readKey(name: string): Buffer;
}

/** Why a secret cannot be used. The message names the secret and where it was looked for, never the content. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** Larger than any key or certificate chain, smaller than what hurts. */
export const MAX_SECRET_BYTES = 65_536;

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const KEY = /^[0-9a-f]{64}$/i;

/** The secret's bytes, or undefined where there is none. Throws SecretError for one that may not be used. */
export type FindSecret = (name: string) => Buffer | undefined;

/** A source of whatever `find` finds; `place` is named in errors. */
export function secretSource(place: string, find: FindSecret): SecretSource {
  const findNamed = (name: string): Buffer | undefined => {
    if (!NAME.test(name) || name.includes("..")) throw new SecretError(`"${name}" is no name of a secret`);
    return find(name);
  };
  const read = (name: string): Buffer => {
    const found = findNamed(name);
    if (found === undefined) throw refusal(name, place, "is missing");
    return found;
  };
  return {
    has: (name) => findNamed(name) !== undefined,
    read,
    readKey: (name) => parseKey(read(name), name, place),
  };
}

function parseKey(bytes: Buffer, name: string, place: string): Buffer {
  const text = bytes.toString("latin1").trim();
  if (!KEY.test(text)) throw refusal(name, place, "is not 64 hexadecimal digits");
  return Buffer.from(text, "hex");
}

/** Why the secret `name` in `place` cannot be used. */
export function refusal(name: string, place: string, why: string): SecretError {
  return new SecretError(`secret "${name}" in ${place} ${why}`);
}
