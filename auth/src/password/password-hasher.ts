import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { normalisePassword } from "./normalise-password.ts";

const argon2Async = promisify(argon2);
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** Cost of Argon2id (RFC 9106): memory in KiB, passes over it, lanes. */
export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** 46 MiB twice: 103 ms on the two-core machine that this was tuned on, above OWASP's least (46 MiB once). */
export const DEFAULT_COST: Argon2Cost = { memoryKiB: 47_104, passes: 2, lanes: 1 };

/** A hash and what made it; `cost` travels with it so that it can be checked after the default has changed. */
export interface PasswordHash {
  readonly cost: Argon2Cost;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

interface PasswordHasherOptions {
  readonly cost: Argon2Cost;
  /** Kept apart from the hashes: without it they cannot be tried (RFC 9106, the secret value K). */
  readonly pepper: Uint8Array;
  /** Hashes under way at once; each takes its memory and a thread of libuv's pool. */
  readonly concurrency: number;
  /** Hashes of strangers that may wait, and as many of familiar places; more are turned away at once. */
  readonly maxWaiting: number;
}

/** Who waits for a hash. */
export interface HashPlace {
  /** Whom the wait is counted for: a device, a session, or an address (see subscriberOf). */
  readonly key: string;
  /** Whether it is a place that the account knows: those wait apart from strangers. */
  readonly isFamiliar: boolean;
}

/** Hashes that may wait for one address of strangers. */
const MAX_WAITING_EACH = 2;

/** Hashes that may wait for one familiar place: pages that change an account ask for several at once. */
const MAX_WAITING_FAMILIAR = 8;

interface Waiting {
  readonly key: string | undefined;
  /** False: it is turned away, for a place that has fewer waiting. */
  readonly enter: (mayRun: boolean) => void;
}

/**
 * Hashes passwords on libuv's threads, a bounded number at once, so that logins can exhaust neither memory nor cores. Strangers
 * and familiar places wait in lines of their own, which take turns, so that a flood from one side does not stop the other.
 */
export class PasswordHasher {
  readonly #options: PasswordHasherOptions;
  readonly #strangers: Waiting[] = [];
  readonly #familiar: Waiting[] = [];
  #isStrangersTurn = false;
  readonly #nobody: PasswordHash;
  #running = 0;
  #workKiB = 0;

  constructor(options: PasswordHasherOptions) {
    this.#options = options;
    this.#nobody = { cost: options.cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };
  }

  /** KiB of memory that hashes have filled so far, each pass counted: what hashing costs, in time as well. */
  get workKiB(): number {
    return this.#workKiB;
  }

  /** Hashes a new password at today's cost; "busy" when too many wait. */
  async hash(password: string, place?: HashPlace): Promise<PasswordHash | "busy"> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await this.#derive(password, salt, this.#options.cost, place);
    return tag === "busy" ? tag : { cost: this.#options.cost, salt, tag };
  }

  /** Whether the password is the hash's; an undefined hash takes the same time and is never right. */
  async verify(
    password: string,
    hash: PasswordHash | undefined,
    place?: HashPlace,
  ): Promise<"right" | "wrong" | "busy"> {
    const { cost, salt, tag: wanted } = hash ?? this.#nobody;
    const tag = await this.#derive(password, salt, cost, place);
    if (tag === "busy") return tag;
    return timingSafeEqual(tag, wanted) && hash !== undefined ? "right" : "wrong";
  }

  /** Whether the hash was made at another cost than today's. */
  isOutdated(hash: PasswordHash): boolean {
    const { memoryKiB, passes, lanes } = this.#options.cost;
    return hash.cost.memoryKiB !== memoryKiB || hash.cost.passes !== passes || hash.cost.lanes !== lanes;
  }

  async #derive(
    password: string,
    nonce: Uint8Array,
    cost: Argon2Cost,
    place?: HashPlace,
  ): Promise<Uint8Array | "busy"> {
    if (!(await this.#enter(place))) return "busy";
    try {
      const message = Buffer.from(normalisePassword(password), "utf8");
      const { memoryKiB: memory, passes, lanes: parallelism } = cost;
      const secret = this.#options.pepper;
      this.#workKiB += memory * passes;
      return await argon2Async("argon2id", {
        message,
        nonce,
        memory,
        passes,
        parallelism,
        secret,
        tagLength: TAG_BYTES,
      });
    } finally {
      this.#leave();
    }
  }

  async #enter(place?: HashPlace): Promise<boolean> {
    if (this.#running < this.#options.concurrency) {
      this.#running += 1;
      return true;
    }
    const { key, isFamiliar = false } = place ?? {};
    const line = isFamiliar ? this.#familiar : this.#strangers;
    const own = key === undefined ? 0 : waitingOf(line, key);
    if (own >= (isFamiliar ? MAX_WAITING_FAMILIAR : MAX_WAITING_EACH)) return false;
    if (line.length >= this.#options.maxWaiting && !turnAwayOne(line, own + 1)) return false;
    // Whoever leaves hands its place over, so `#running` stays as it is.
    return new Promise((enter) => line.push({ key, enter }));
  }

  #leave(): void {
    const [first, second] = this.#isStrangersTurn
      ? [this.#strangers, this.#familiar]
      : [this.#familiar, this.#strangers];
    this.#isStrangersTurn = !this.#isStrangersTurn;
    const next = first.shift() ?? second.shift();
    if (next) next.enter(true);
    else this.#running -= 1;
  }
}

function waitingOf(line: readonly Waiting[], key: string): number {
  return line.filter((waiting) => waiting.key === key).length;
}

/** Turns away the last one of the place that has most waiting, if it has more than `than`; false when none has. */
function turnAwayOne(line: Waiting[], than: number): boolean {
  const keys = line.flatMap(({ key }) => key ?? []);
  const [greatest] = keys.toSorted((a, b) => waitingOf(line, b) - waitingOf(line, a));
  if (greatest === undefined || waitingOf(line, greatest) <= than) return false;
  const [last] = line.splice(
    line.findLastIndex(({ key }) => key === greatest),
    1,
  );
  last?.enter(false);
  return true;
}
