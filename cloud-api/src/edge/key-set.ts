import { importJWK } from "jose";
import type { CryptoKey } from "jose";
import { keysSchema } from "@purrimeter/auth-api/internal";
import type { AuthReport } from "./auth-report.ts";

/** Fetches the authentication service's public keys (RFC 7517), or says that it does not answer. */
export type FetchKeys = () => Promise<{ kind: "answer"; body: unknown } | { kind: "unavailable" }>;

/** An unknown key id makes us ask again, but no more often than this. */
const MIN_REFETCH_MS = 2_000;

/** A key that the service has withdrawn is forgotten after this. */
const MAX_AGE_MS = 300_000;

/** The public keys of the authentication service, fetched when a key id is unknown and when they are old. */
export class KeySet {
  readonly #fetchKeys: FetchKeys;
  readonly #monotonicMs: () => number;
  readonly #report: Pick<AuthReport, "understood">;
  #keys = new Map<string, CryptoKey>();
  #askedMs = -Infinity;
  #fetchedMs = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(fetchKeys: FetchKeys, monotonicMs: () => number, report: Pick<AuthReport, "understood">) {
    this.#fetchKeys = fetchKeys;
    this.#monotonicMs = monotonicMs;
    this.#report = report;
  }

  /** The key of that id. `unavailable` when none was ever fetched. */
  async find(kid: string): Promise<CryptoKey | "unknown-key" | "unavailable"> {
    const isOld = this.#monotonicMs() - this.#fetchedMs > MAX_AGE_MS;
    if (isOld || !this.#keys.has(kid)) await this.#refetch();
    if (this.#fetchedMs === -Infinity) return "unavailable";
    return this.#keys.get(kid) ?? "unknown-key";
  }

  async #refetch(): Promise<void> {
    if (this.#asking !== undefined) return this.#asking;
    if (this.#monotonicMs() - this.#askedMs < MIN_REFETCH_MS) return;
    this.#askedMs = this.#monotonicMs();
    this.#asking = this.#fetch();
    try {
      await this.#asking;
    } finally {
      this.#asking = undefined;
    }
  }

  async #fetch(): Promise<void> {
    const answer = await this.#fetchKeys();
    const parsed = answer.kind === "answer" ? keysSchema.safeParse(answer.body).data : undefined;
    if (answer.kind === "answer") this.#report.understood("keys", parsed !== undefined);
    if (parsed === undefined) return;
    const keys = new Map<string, CryptoKey>();
    for (const jwk of parsed.keys) {
      const key = await importJWK(jwk, "ES256");
      if (!(key instanceof Uint8Array)) keys.set(jwk.kid, key);
    }
    this.#keys = keys;
    this.#fetchedMs = this.#monotonicMs();
  }
}
