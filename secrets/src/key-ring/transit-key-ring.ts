import type { KeyRing, WrappedKey } from "./key-ring.ts";
import { countOf, fieldsOf, textOf, type Fields } from "../vault/fields.ts";
import { VaultError } from "../vault/vault-error.ts";
import type { Asked, VaultSession } from "../vault/vault-session.ts";

const PREFIX = "owner-";
/** A key that nothing is ever encrypted with: its name is a tombstone. */
const ERASED_PREFIX = "erased-";
/** Names that Vault takes; ids of owners are UUIDs. */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):[A-Za-z0-9+/]+={0,2}$/;
const KEY_BYTES = 32;
const NEW_KEY: Fields = { type: "aes256-gcm96", exportable: false, allow_plaintext_backup: false };

/**
 * The key ring as Vault's Transit engine: one named key for each owner, AES-256-GCM, that never leaves Vault. A wrapped
 * key is Vault's own text, "vault:v1:…". It asks `datakey` and never `encrypt`, which would make a destroyed key anew.
 * Its methods reject with a VaultError when Vault does not answer as it should.
 */
export class TransitKeyRing implements KeyRing {
  readonly place: string;
  readonly #session: VaultSession;
  readonly #mount: string;

  /** `mount` of the engine, "transit" by custom; nothing else should use it, because policies name whole mounts. */
  constructor(session: VaultSession, mount: string) {
    this.#session = session;
    this.#mount = mount;
    this.place = `key ring in Vault (${mount})`;
  }

  async create(owner: string): Promise<void> {
    await this.#ask("make an owner's key", "POST", `keys/${nameOf(owner)}`, NEW_KEY);
  }

  async generate(owner: string): Promise<WrappedKey | "unknown-owner"> {
    const path = `datakey/plaintext/${nameOf(owner)}`;
    const data = await this.#askOwner("generate a key", owner, path, { bits: KEY_BYTES * 8 });
    if (data === "unreadable") throw this.#error("generate a key", "refused");
    if (data === "unknown-owner") return data;
    return { key: this.#key(data), wrapped: this.#ciphertext(data) };
  }

  async unwrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable"> {
    const path = `decrypt/${nameOf(owner)}`;
    const data = await this.#askOwner("unwrap a key", owner, path, { ciphertext: textOrNone(wrapped) });
    return typeof data === "string" ? data : this.#key(data);
  }

  async rewrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable"> {
    const path = `rewrap/${nameOf(owner)}`;
    const data = await this.#askOwner("rewrap a key", owner, path, { ciphertext: textOrNone(wrapped) });
    return typeof data === "string" ? data : this.#ciphertext(data);
  }

  async rotate(owner: string): Promise<"rotated" | "unknown-owner"> {
    if ((await this.version(owner)) === "unknown-owner") return "unknown-owner";
    const path = `${this.#mount}/keys/${nameOf(owner)}/rotate`;
    await this.#session.ask({ asked: "rotate an owner's key", method: "POST", path, body: {}, once: true });
    return "rotated";
  }

  async version(owner: string): Promise<number | "unknown-owner"> {
    const data = await this.#find("look up an owner's key", "GET", `keys/${nameOf(owner)}`);
    if (data === undefined) return "unknown-owner";
    const version = countOf(data, "latest_version");
    if (version === undefined || version === 0) throw this.#error("look up an owner's key", "bad-answer");
    return version;
  }

  versionOf(wrapped: Buffer): number | undefined {
    const version = CIPHERTEXT.exec(wrapped.toString("latin1"))?.[1];
    return version === undefined ? undefined : Number(version);
  }

  async owners(): Promise<string[]> {
    return (await this.#names()).flatMap((name) => ownerIn(name, PREFIX));
  }

  async isErased(owner: string): Promise<boolean> {
    if ((await this.version(owner)) !== "unknown-owner") return false;
    const path = `keys/${nameOf(owner, ERASED_PREFIX)}`;
    return (await this.#find("look up an erased owner", "GET", path)) !== undefined;
  }

  async erased(): Promise<string[]> {
    const names = await this.#names();
    const living = new Set(names.flatMap((name) => ownerIn(name, PREFIX)));
    return names.flatMap((name) => ownerIn(name, ERASED_PREFIX)).filter((owner) => !living.has(owner));
  }

  belongsTo(): Promise<"unsaid"> {
    return Promise.resolve("unsaid");
  }

  bind(): Promise<void> {
    return Promise.resolve();
  }

  async #names(): Promise<string[]> {
    const data = await this.#find("list the owners' keys", "GET", "keys?list=true");
    if (data === undefined) return [];
    const names = data["keys"];
    if (!Array.isArray(names)) throw this.#error("list the owners' keys", "bad-answer");
    return (names as unknown[]).filter((name) => typeof name === "string");
  }

  /**
   * The tombstone first: a key that is gone without one is a key that is missing. Vault keeps a key from deletion until it is
   * told otherwise; it is told only now, so that no mistake before destroys.
   */
  async destroy(owner: string): Promise<void> {
    const key = `keys/${nameOf(owner)}`;
    await this.#ask("note an erased owner", "POST", `keys/${nameOf(owner, ERASED_PREFIX)}`, NEW_KEY);
    if ((await this.version(owner)) === "unknown-owner") return;
    try {
      await this.#ask("destroy an owner's key", "POST", `${key}/config`, { deletion_allowed: true });
      await this.#ask("destroy an owner's key", "DELETE", key);
    } catch (error) {
      // Two who destroy at once: to the later one the key is gone in between, which Vault calls a fault.
      if (!(error instanceof VaultError) || (await this.version(owner)) !== "unknown-owner") throw error;
    }
  }

  /** What Vault refuses is told apart by whether the key exists, not by the words of the refusal. */
  async #askOwner(
    asked: string,
    owner: string,
    path: string,
    body: Fields,
  ): Promise<Fields | "unknown-owner" | "unreadable"> {
    try {
      return await this.#ask(asked, "POST", path, body);
    } catch (error) {
      if (!(error instanceof VaultError) || error.fault !== "refused") throw error;
      return (await this.version(owner)) === "unknown-owner" ? "unknown-owner" : "unreadable";
    }
  }

  async #find(asked: string, method: Asked["method"], path: string): Promise<Fields | undefined> {
    try {
      return await this.#ask(asked, method, path);
    } catch (error) {
      if (error instanceof VaultError && error.fault === "not-found") return undefined;
      throw error;
    }
  }

  async #ask(asked: string, method: Asked["method"], path: string, body?: Fields): Promise<Fields> {
    const answer = await this.#session.ask({ asked, method, path: `${this.#mount}/${path}`, body });
    return fieldsOf(answer, "data") ?? {};
  }

  #key(data: Fields): Buffer {
    const key = Buffer.from(textOf(data, "plaintext") ?? "", "base64");
    if (key.length !== KEY_BYTES) throw this.#error("hand out a key", "bad-answer");
    return key;
  }

  #ciphertext(data: Fields): Buffer {
    const wrapped = Buffer.from(textOf(data, "ciphertext") ?? "", "latin1");
    if (this.versionOf(wrapped) === undefined) throw this.#error("wrap a key", "bad-answer");
    return wrapped;
  }

  #error(asked: string, fault: "bad-answer" | "refused"): VaultError {
    return new VaultError(this.#session.server, asked, fault);
  }
}

function ownerIn(name: string, prefix: string): string[] {
  return name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
}

function nameOf(owner: string, prefix = PREFIX): string {
  if (!OWNER.test(owner) || owner.endsWith("-"))
    throw new RangeError("an owner's id has 1 to 64 letters, digits, - or _");
  return prefix + owner;
}

/** Bytes that were no text of Vault's stay none. */
function textOrNone(wrapped: Buffer): string {
  const text = wrapped.toString("latin1");
  return CIPHERTEXT.test(text) ? text : "none";
}
