import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { statSync } from "node:fs";
import { withFileLock } from "./file-lock.ts";
import { openBytes, sealBytes } from "../aes-gcm.ts";
import type { KeyRing, WrappedKey } from "./key-ring.ts";
import { EMPTY_KEY_FILE, readKeyFile, writeKeyFile, type KeyFileContent } from "./key-file.ts";

export { KeyRingError } from "./key-file.ts";

const VERSION_BYTES = 4;

/**
 * The key ring as one small sealed file (mode 0600), shared by processes: each writer takes a lock, each reader looks
 * again when the file changed. `key` is the 32 bytes of secret `key-ring-key`. Throws KeyRingError for a wrong key.
 */
export function openSealedKeyFile(path: string, key: Buffer): KeyRing {
  const file = new SealedKeyFile(path, key);
  file.content();
  return file;
}

class SealedKeyFile implements KeyRing {
  readonly place: string;
  readonly #path: string;
  readonly #key: KeyObject;
  #seen = "";
  #content = EMPTY_KEY_FILE;

  constructor(path: string, key: Buffer) {
    this.place = `key ring ${path}`;
    this.#path = path;
    this.#key = createSecretKey(key);
  }

  /** What the file holds now; a look at its metadata when nothing changed. */
  content(): KeyFileContent {
    const seen = fingerprint(this.#path);
    if (seen !== this.#seen) {
      this.#content = readKeyFile(this.#path, this.#key);
      this.#seen = seen;
    }
    return this.#content;
  }

  create(owner: string): Promise<void> {
    return this.#change(({ owners }) =>
      owners.has(owner) ? undefined : { owners: new Map(owners).set(owner, [randomBytes(32)]) },
    );
  }

  async rotate(owner: string): Promise<"rotated" | "unknown-owner"> {
    let outcome: "rotated" | "unknown-owner" = "unknown-owner";
    await this.#change(({ owners }) => {
      const keys = owners.get(owner);
      if (keys === undefined) return undefined;
      outcome = "rotated";
      return { owners: new Map(owners).set(owner, [...keys, randomBytes(32)]) };
    });
    return outcome;
  }

  destroy(owner: string): Promise<void> {
    return this.#change(({ owners, erased }) => {
      if (!owners.has(owner) && erased.has(owner)) return undefined;
      const others = [...owners].filter(([id]) => id !== owner);
      return { owners: new Map(others), erased: new Set(erased).add(owner) };
    });
  }

  isErased(owner: string): Promise<boolean> {
    const { owners, erased } = this.content();
    return Promise.resolve(erased.has(owner) && !owners.has(owner));
  }

  erased(): Promise<string[]> {
    const { owners, erased } = this.content();
    return Promise.resolve([...erased].filter((owner) => !owners.has(owner)));
  }

  belongsTo(installation: string): Promise<"this" | "another" | "unsaid"> {
    const said = this.content().installation;
    if (said === undefined) return Promise.resolve("unsaid");
    return Promise.resolve(said === installation ? "this" : "another");
  }

  bind(installation: string): Promise<void> {
    return this.#change((content) => (content.installation === undefined ? { installation } : undefined));
  }

  generate(owner: string): Promise<WrappedKey | "unknown-owner"> {
    const key = randomBytes(32);
    const wrapped = this.#wrap(owner, key);
    return Promise.resolve(wrapped === "unknown-owner" ? wrapped : { key, wrapped });
  }

  unwrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable"> {
    const keys = this.content().owners.get(owner);
    if (keys === undefined) return Promise.resolve("unknown-owner");
    const key = keys[(this.versionOf(wrapped) ?? 0) - 1];
    if (key === undefined) return Promise.resolve("unreadable");
    const additional = additionalData(owner, wrapped.subarray(0, VERSION_BYTES));
    return Promise.resolve(
      openBytes(createSecretKey(key), wrapped.subarray(VERSION_BYTES), additional) ?? "unreadable",
    );
  }

  async rewrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable"> {
    const key = await this.unwrap(owner, wrapped);
    return typeof key === "string" ? key : this.#wrap(owner, key);
  }

  version(owner: string): Promise<number | "unknown-owner"> {
    return Promise.resolve(this.content().owners.get(owner)?.length ?? "unknown-owner");
  }

  versionOf(wrapped: Buffer): number | undefined {
    return wrapped.length < VERSION_BYTES ? undefined : wrapped.readUInt32BE(0);
  }

  owners(): Promise<string[]> {
    return Promise.resolve([...this.content().owners.keys()]);
  }

  #wrap(owner: string, key: Buffer): Buffer | "unknown-owner" {
    const keys = this.content().owners.get(owner) ?? [];
    const newest = keys.at(-1);
    if (newest === undefined) return "unknown-owner";
    const version = Buffer.alloc(VERSION_BYTES);
    version.writeUInt32BE(keys.length);
    const additional = additionalData(owner, version);
    return Buffer.concat([version, sealBytes(createSecretKey(newest), key, additional)]);
  }

  /**
   * `edit` gives what is to be another, or undefined for nothing. Reading and writing again happen under one lock, without
   * a pause.
   */
  // eslint-disable-next-line @typescript-eslint/require-await -- a fault becomes a rejection
  async #change(edit: (content: KeyFileContent) => Partial<KeyFileContent> | undefined): Promise<void> {
    withFileLock(this.#path, () => {
      const content = this.content();
      const changed = edit(content);
      if (changed !== undefined) writeKeyFile(this.#path, this.#key, { ...content, ...changed });
    });
  }
}

function additionalData(owner: string, version: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`purrimeter wrapped key 1 ${owner} `), version]);
}

/** Changes with every replacement of the file; empty when there is none. */
function fingerprint(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino} ${stat.ctimeNs} ${stat.mtimeNs} ${stat.size}`;
}
