import { randomBytes } from "node:crypto";
import { LruMap } from "@purrimeter/service/lru-map";

const LIFETIME_S = 300;
const CHALLENGE_BYTES = 32;

/** Accounts whose challenge is remembered; the oldest is forgotten first. */
const MAX_CHALLENGES = 10_000;

/** One random challenge an account at a time, good once and for five minutes. */
export class Challenges {
  readonly #now: () => number;
  readonly #made = new LruMap<string, { readonly challenge: string; readonly untilS: number }>(
    MAX_CHALLENGES,
  );

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new challenge for the account; the one before is void. */
  make(account: string): Uint8Array {
    const bytes = randomBytes(CHALLENGE_BYTES);
    this.#made.set(account, { challenge: bytes.toString("base64url"), untilS: this.#now() + LIFETIME_S });
    return bytes;
  }

  /** The account's challenge as base64url, once. */
  take(account: string): string | undefined {
    const made = this.#made.peek(account);
    this.#made.delete(account);
    return made && made.untilS > this.#now() ? made.challenge : undefined;
  }
}
