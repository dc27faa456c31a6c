import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";

/** A push service takes at most 24 hours (RFC 8292, section 2). */
const LIFETIME_S = 12 * 3_600;

/** By which push services know this installation (RFC 8292). */
export class Vapid {
  /** An uncompressed point of P-256, base64url: what browsers subscribe with. */
  readonly publicKey: string;
  readonly #key: KeyObject;
  readonly #subject: string;

  /**
   * `pem`: the private key. `subject`: a `mailto:` or `https:` address at which the installation's operator is reached. Throws an
   * error of one line for a key that is not of P-256.
   */
  constructor(pem: Buffer, subject: string) {
    this.#key = keyOf(pem);
    this.#subject = subject;
    const { x = "", y = "" } = createPublicKey(this.#key).export({ format: "jwk" });
    const point = [x, y].map((coordinate) => Buffer.from(coordinate, "base64url"));
    this.publicKey = Buffer.concat([Buffer.from([4]), ...point]).toString("base64url");
  }

  /** The header Authorization of a message to a push service. `nowS`: seconds of UTC. */
  authorization(endpoint: string, nowS: number): string {
    const claims = { aud: new URL(endpoint).origin, exp: nowS + LIFETIME_S, sub: this.#subject };
    const content = `${encoded({ typ: "JWT", alg: "ES256" })}.${encoded(claims)}`;
    const key = { key: this.#key, dsaEncoding: "ieee-p1363" } as const;
    const signature = sign("sha256", Buffer.from(content), key).toString("base64url");
    return `vapid t=${content}.${signature}, k=${this.publicKey}`;
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function keyOf(pem: Buffer): KeyObject {
  const key = parsed(pem);
  if (key?.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new Error("the secret vapid-key.pem must be a private key, EC P-256, PEM");
  return key;
}

function parsed(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // Whatever OpenSSL says of a text that is no key, it may repeat a part of it.
    return undefined;
  }
}
