import { MAX_SECRET_BYTES, refusal, type FindSecret } from "../sources/secret-source.ts";
import { fieldsOf } from "./fields.ts";
import { VaultError } from "./vault-error.ts";
import type { VaultSession } from "./vault-session.ts";

/** The one secret of the KV engine (version 2) whose fields are a process's secrets. */
export interface VaultSecretPath {
  /** "secret" by custom. */
  readonly mount: string;
  /** Like "purrimeter/bridge". */
  readonly path: string;
}

/**
 * Reads all secrets of a process at once: those of one moment. None where the KV secret does not exist or was deleted.
 * Throws a VaultError, or a SecretError for a field that is no text.
 */
export async function readVaultSecrets(
  session: VaultSession,
  { mount, path }: VaultSecretPath,
): Promise<FindSecret> {
  const place = `Vault at ${session.server} (${mount}/${path})`;
  const fields = await readFields(session, `${mount}/data/${path}`);
  const secrets = new Map<string, Buffer>();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string" || value === "") throw refusal(name, place, "is no text");
    const bytes = Buffer.from(value);
    if (bytes.length > MAX_SECRET_BYTES)
      throw refusal(name, place, `is larger than ${MAX_SECRET_BYTES} bytes`);
    secrets.set(name, bytes);
  }
  return (name) => {
    const secret = secrets.get(name);
    return secret === undefined ? undefined : Buffer.from(secret);
  };
}

async function readFields(session: VaultSession, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const body = await session.ask({ asked: "read the process's secrets", method: "GET", path });
    const fields = fieldsOf(fieldsOf(body, "data"), "data");
    if (fields === undefined)
      throw new VaultError(session.server, "read the process's secrets", "bad-answer");
    return fields;
  } catch (error) {
    if (error instanceof VaultError && error.fault === "not-found") return {};
    throw error;
  }
}
