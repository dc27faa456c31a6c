import { openBytes, sealBytes } from "@purrimeter/secrets/aes-gcm";
import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PLAIN = ".eml";
const SEALED = ".eml.sealed";

/** A message that waits in the folder. */
export interface WaitingMail {
  readonly file: string;
  /** As RFC 5322 has it; undefined when the file does not open under the key. */
  readonly text: string | undefined;
}

/** Seals messages that wait on disk: they hold addresses, and links that set a password. AES-256-GCM, bound to the file's name. */
export class SealedMails {
  readonly #key: KeyObject;
  readonly #formerKeys: readonly KeyObject[];

  /**
   * `secret`: 32 bytes, from which the key is derived (HKDF, RFC 5869). `former`: secrets with which messages were sealed before; an
   * earlier version took the key of the accounts' database.
   */
  constructor(secret: Uint8Array, ...former: readonly Uint8Array[]) {
    this.#key = keyOf(secret);
    this.#formerKeys = former.map(keyOf);
  }

  /** The name of the file and what is in it, for a name that ends in .eml. */
  seal(name: string, text: string): { readonly name: string; readonly bytes: Buffer } {
    const sealed = `${name.slice(0, -PLAIN.length)}${SEALED}`;
    return { name: sealed, bytes: sealBytes(this.#key, Buffer.from(text), Buffer.from(sealed)) };
  }

  /** Seals messages that an earlier version has left in plain. */
  sealAll(folder: string): void {
    for (const plain of readdirSync(folder).filter((name) => name.endsWith(PLAIN))) {
      const { name, bytes } = this.seal(plain, readFileSync(join(folder, plain), "utf8"));
      writeFileSync(join(folder, `.${name}`), bytes, { mode: 0o600, flush: true });
      renameSync(join(folder, `.${name}`), join(folder, name));
      rmSync(join(folder, plain));
    }
  }

  /** Messages of the folder, sealed or not, by the time in their names. */
  read(folder: string): WaitingMail[] {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const mails = names.filter((name) => name.endsWith(PLAIN) || name.endsWith(SEALED));
    // One that begins with a point is being written.
    const whole = mails.filter((name) => !name.startsWith(".")).sort();
    return whole.map((file) => {
      const bytes = readFileSync(join(folder, file));
      const plain = file.endsWith(PLAIN) ? bytes : this.#open(file, bytes);
      return { file, text: plain?.toString("utf8") };
    });
  }

  #open(file: string, bytes: Buffer): Buffer | undefined {
    for (const key of [this.#key, ...this.#formerKeys]) {
      const plain = openBytes(key, bytes, Buffer.from(file));
      if (plain !== undefined) return plain;
    }
    return undefined;
  }
}

function keyOf(secret: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "purrimeter mail files", 32)));
}
