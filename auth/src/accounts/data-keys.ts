import { openBytes, sealBytes } from "@purrimeter/secrets/aes-gcm";
import { createHmac, createSecretKey, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import type { AuthTables } from "../schema.ts";

const KEY_BYTES = 32;
/** Of every sealed column of the account database. */
const LAYOUT = "tag-last";

/** What the data keys are for; a key serves one purpose only. */
const PURPOSES = [
  "audit-network",
  "device-mark",
  "mail-lookup",
  "mail-seal",
  "name-seal",
  "password-pepper",
  "personal-token",
  "purpose-token",
  "recovery-code",
  "refresh-token",
  "totp-seal",
] as const;

type Purpose = (typeof PURPOSES)[number];

/** Seals with AES-256-GCM under a random 96-bit nonce: nonce, ciphertext, tag. `about` is authenticated, not stored. */
export function seal(key: Uint8Array, plain: Uint8Array, about: string): Uint8Array {
  return sealBytes(createSecretKey(key), plain, Buffer.from(about), LAYOUT);
}

/** Opens what `seal` made with the same key and `about`; throws when a bit differs. */
export function unseal(key: Uint8Array, sealed: Uint8Array, about: string): Uint8Array {
  const plain = openBytes(createSecretKey(key), sealed, Buffer.from(about), LAYOUT);
  if (plain === undefined) throw new Error("sealed bytes do not open: another key, or they were changed");
  return plain;
}

/**
 * The service's own keys, each random and wrapped in the database under a key that is derived from the database key
 * (HKDF-SHA256, RFC 5869). So a change of the database key would rewrap a few rows and leave all lookups and hashes as they are; no
 * command changes it yet.
 */
export class DataKeys {
  readonly #keys: Readonly<Record<Purpose, Uint8Array>>;

  private constructor(keys: Readonly<Record<Purpose, Uint8Array>>) {
    this.#keys = keys;
  }

  /** Reads the keys, making those that are missing; throws when the database key is not the one that wrapped them. */
  static async open(database: Kysely<AuthTables>, databaseKey: Uint8Array): Promise<DataKeys> {
    const wrapper = new Uint8Array(
      hkdfSync("sha256", databaseKey, "", "purrimeter auth data keys", KEY_BYTES),
    );
    const keys: Partial<Record<Purpose, Uint8Array>> = {};
    for (const purpose of PURPOSES) keys[purpose] = await openKey(database, wrapper, purpose);
    return new DataKeys(keys as Record<Purpose, Uint8Array>);
  }

  /** The key for one purpose, 32 bytes. */
  key(purpose: Purpose): Uint8Array {
    return this.#keys[purpose];
  }

  /** HMAC-SHA256 of the text under the purpose's key: the same text always gives the same 32 bytes. */
  mac(purpose: Purpose, text: string | Uint8Array): Uint8Array {
    return createHmac("sha256", this.#keys[purpose]).update(text).digest();
  }

  /** Whether `mac` is the text's, in constant time. */
  isMac(purpose: Purpose, text: string | Uint8Array, mac: Uint8Array): boolean {
    const wanted = this.mac(purpose, text);
    return mac.length === wanted.length && timingSafeEqual(mac, wanted);
  }
}

async function openKey(
  database: Kysely<AuthTables>,
  wrapper: Uint8Array,
  purpose: Purpose,
): Promise<Uint8Array> {
  const about = `data key ${purpose}`;
  const row = await database
    .selectFrom("data_key")
    .select("wrapped")
    .where("name", "=", purpose)
    .executeTakeFirst();
  if (row) return unseal(wrapper, row.wrapped, about);
  const key = randomBytes(KEY_BYTES);
  await database
    .insertInto("data_key")
    .values({ name: purpose, wrapped: seal(wrapper, key, about) })
    .execute();
  return key;
}
