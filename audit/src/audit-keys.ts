import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from "node:crypto";

/** PKCS#8 before the 32 bytes of an Ed25519 key (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;
const MAC_BYTES = 16;

function derived(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `purrimeter audit ${purpose}`, KEY_BYTES));
}

/** The keys of an installation's trails, all from one secret that lies outside the databases. */
export class AuditKeys {
  /** Ed25519; signs checkpoints. */
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
  readonly #rows: Buffer;

  /** `secret`: 32 bytes, the secret `audit-key`. */
  constructor(secret: Uint8Array) {
    if (secret.length !== KEY_BYTES) throw new Error("the audit key has 32 bytes");
    const seed = Buffer.concat([PKCS8_PREFIX, derived(secret, "checkpoints")]);
    this.signing = createPrivateKey({ key: seed, format: "der", type: "pkcs8" });
    this.verifying = createPublicKey(this.signing);
    this.#rows = derived(secret, "rows");
  }

  /** Proof that a row was written by who has the key: 16 bytes over the tree's name, the row's number and its leaf. */
  macOf(tree: string, number: number, leaf: Uint8Array): Buffer {
    const mac = createHmac("sha256", this.#rows).update(`${tree} ${number} `).update(leaf).digest();
    return mac.subarray(0, MAC_BYTES);
  }
}
