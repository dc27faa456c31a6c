import { SecretError } from "./sources/secret-source.ts";
import { isFields, type Fields } from "./vault/fields.ts";

/** Where a process's secrets are: the `secrets` of its configuration. Nothing in it is secret. */
export interface SecretsConfig {
  /** Folder of files with secrets; $CREDENTIALS_DIRECTORY and the usual places where it is left out. */
  readonly folder?: string | undefined;
  /** Production: secrets that `purrimeter start` generated for development are refused. */
  readonly refuseGenerated: boolean;
  readonly vault?: VaultConfig | undefined;
}

/** A Vault or OpenBao, and what this process has there. */
export interface VaultConfig {
  readonly address: string;
  /** Path of the authority's certificate, PEM. */
  readonly authority?: string | undefined;
  readonly namespace?: string | undefined;
  readonly login: VaultLoginConfig;
  /** KV version 2: the secret whose fields are this process's secrets. */
  readonly secrets?: { readonly mount: string; readonly path: string } | undefined;
  /** Transit: the engine with the owners' keys, instead of the sealed file. */
  readonly ownerKeys?: { readonly mount: string } | undefined;
}

/** AppRole takes its secret id from the file `vault-secret-id`, JWT its token from a file that is read for each login. */
type VaultLoginConfig =
  | { readonly method: "approle"; readonly mount: string; readonly roleId: string }
  | { readonly method: "jwt"; readonly mount: string; readonly role: string; readonly jwtFile: string };

/** Reads the value; undefined is all defaults. Throws a SecretError that names the field. */
export function parseSecretsConfig(value: unknown): SecretsConfig {
  const fields = new FieldReader("secrets", value ?? {});
  const config = {
    folder: fields.optionalText("folder"),
    refuseGenerated: fields.flag("refuseGenerated"),
    vault: fields.optional("vault", parseVault),
  };
  fields.end();
  return config;
}

function parseVault(where: string, value: unknown): VaultConfig {
  const fields = new FieldReader(where, value);
  const config = {
    address: fields.text("address"),
    authority: fields.optionalText("authority"),
    namespace: fields.optionalText("namespace"),
    login: fields.required("login", parseLogin),
    secrets: fields.optional("secrets", parseSecretPath),
    ownerKeys: fields.optional("ownerKeys", parseMount),
  };
  fields.end();
  return config;
}

function parseLogin(where: string, value: unknown): VaultLoginConfig {
  const fields = new FieldReader(where, value);
  const method = fields.text("method");
  if (method !== "approle" && method !== "jwt")
    throw new SecretError(`${where}.method is neither "approle" nor "jwt"`);
  const mount = fields.optionalPath("mount") ?? method;
  const config: VaultLoginConfig =
    method === "approle"
      ? { method, mount, roleId: fields.text("roleId") }
      : { method, mount, role: fields.text("role"), jwtFile: fields.text("jwtFile") };
  fields.end();
  return config;
}

function parseSecretPath(where: string, value: unknown): { mount: string; path: string } {
  const fields = new FieldReader(where, value);
  const config = { mount: fields.optionalPath("mount") ?? "secret", path: fields.path("path") };
  fields.end();
  return config;
}

function parseMount(where: string, value: unknown): { mount: string } {
  const fields = new FieldReader(where, value);
  const config = { mount: fields.optionalPath("mount") ?? "transit" };
  fields.end();
  return config;
}

/** A path inside Vault: it becomes a part of an address. */
const VAULT_PATH_PART = /^[A-Za-z0-9_-]+$/;
const MAX_TEXT_LENGTH = 4_096;

/** Takes the fields of an object one by one, and says when one is wrong or was not expected. */
class FieldReader {
  readonly #where: string;
  readonly #fields: Fields;
  readonly #taken = new Set<string>();

  constructor(where: string, value: unknown) {
    if (!isFields(value)) throw new SecretError(`${where} is no object`);
    this.#where = where;
    this.#fields = value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT_LENGTH) return value;
    throw this.#wrong(name, "is no text");
  }

  text(name: string): string {
    const text = this.optionalText(name);
    if (text === undefined) throw this.#wrong(name, "is missing");
    return text;
  }

  optionalPath(name: string): string | undefined {
    const path = this.optionalText(name);
    if (path === undefined || path.split("/").every((part) => VAULT_PATH_PART.test(part))) return path;
    throw this.#wrong(name, "is no path of letters, digits, -, _ and /");
  }

  path(name: string): string {
    const path = this.optionalPath(name);
    if (path === undefined) throw this.#wrong(name, "is missing");
    return path;
  }

  flag(name: string): boolean {
    const value = this.#take(name) ?? false;
    if (typeof value === "boolean") return value;
    throw this.#wrong(name, "is neither true nor false");
  }

  optional<Value>(name: string, parse: (where: string, value: unknown) => Value): Value | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : parse(`${this.#where}.${name}`, value);
  }

  required<Value>(name: string, parse: (where: string, value: unknown) => Value): Value {
    const value = this.optional(name, parse);
    if (value === undefined) throw this.#wrong(name, "is missing");
    return value;
  }

  end(): void {
    const unknown = Object.keys(this.#fields).find((name) => !this.#taken.has(name));
    if (unknown !== undefined) throw this.#wrong(unknown, "is not known");
  }

  #take(name: string): unknown {
    this.#taken.add(name);
    return this.#fields[name];
  }

  #wrong(name: string, why: string): SecretError {
    return new SecretError(`${this.#where}.${name} ${why}`);
  }
}
