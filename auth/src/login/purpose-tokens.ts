import type { DataKeys } from "../accounts/data-keys.ts";

/** What a token that travels through a client or a mail box is for. */
export type TokenPurpose = "change" | "link" | "linked" | "login" | "mail" | "reset";

const ACCOUNT_BYTES = 16;
const HEAD_BYTES = ACCOUNT_BYTES + 4;
const MAC_BYTES = 32;

/** No token lives longer: one that claims to was written by a clock that was ahead, and would be good for that long. */
const MAX_LIFETIME_S = 86_400;
const CLOCK_DIFFERENCE_S = 300;

/**
 * Short-lived tokens that are stored nowhere: account, end of life, and an HMAC over both, the purpose, and `binding`:
 * the account's password hash, say, so that the token is void as soon as the password has changed.
 */
export class PurposeTokens {
  readonly #keys: DataKeys;
  readonly #now: () => number;

  constructor(keys: DataKeys, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /** A token for the account, good for `lifetimeS`. */
  write(purpose: TokenPurpose, account: string, binding: Uint8Array, lifetimeS: number): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(account, "hex");
    head.writeUInt32BE(this.#now() + lifetimeS, ACCOUNT_BYTES);
    const mac = this.#keys.mac("purpose-token", covered(purpose, head, binding));
    return `purr_${purpose}_${Buffer.concat([head, mac]).toString("base64url")}`;
  }

  /** The account that the token names. Nothing is proved before `check`. */
  accountOf(token: string): string {
    return parse(token).head.toString("hex", 0, ACCOUNT_BYTES);
  }

  /** Whether the token is ours, for this purpose and binding, and not too old. */
  check(purpose: TokenPurpose, token: string, binding: Uint8Array): boolean {
    const { prefix, head, mac } = parse(token);
    const genuine = this.#keys.isMac("purpose-token", covered(purpose, head, binding), mac);
    const leftS = head.readUInt32BE(ACCOUNT_BYTES) - this.#now();
    const isInTime = leftS > 0 && leftS <= MAX_LIFETIME_S + CLOCK_DIFFERENCE_S;
    return genuine && prefix === `purr_${purpose}_` && isInTime;
  }
}

function parse(token: string): { prefix: string; head: Buffer; mac: Buffer } {
  const start = token.indexOf("_", "purr_".length) + 1;
  const bytes = Buffer.from(token.slice(start), "base64url");
  // Only the one text that these bytes have is a token.
  const isToken =
    bytes.length === HEAD_BYTES + MAC_BYTES && bytes.toString("base64url") === token.slice(start);
  const whole = isToken ? bytes : Buffer.alloc(HEAD_BYTES + MAC_BYTES);
  return {
    prefix: token.slice(0, start),
    head: whole.subarray(0, HEAD_BYTES),
    mac: whole.subarray(HEAD_BYTES),
  };
}

function covered(purpose: TokenPurpose, head: Uint8Array, binding: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${purpose}\n`), head, binding]);
}
