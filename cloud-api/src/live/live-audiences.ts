import { LiveAudience } from "./live-audience.ts";
import type { Listener } from "./live-stream.ts";
import type { News } from "./live-teller.ts";

/** All rights are asked for in this time, a part at each look: with the time between two looks, less than a second. */
const CHECK_ALL_MS = 500;

/** What was asked for since is not asked for again. */
const MIN_CHECK_MS = 250;

/** What was not asked for since does not wait for its turn. */
const MAX_CHECK_MS = 650;

/** Finds the audiences that have news, and those whose right to see has not been asked for longest. */
export class LiveAudiences {
  /** Whose right was asked for longest ago comes first. */
  readonly #all = new Map<string, LiveAudience>();
  readonly #ofOwnership = new Map<number, Set<LiveAudience>>();
  readonly #ofAccount = new Map<string, Set<LiveAudience>>();
  readonly #indexed = new Map<LiveAudience, ReadonlySet<number>>();
  /** Checks that the time that has passed asks for. */
  #owed = 0;
  #countedMs: number | undefined;

  /** That of those who listen with the same rights; it is there until it is given to `remove`. */
  of({ account, follower: { tag } }: Pick<Listener, "account" | "follower">, nowMs: number): LiveAudience {
    const key = `${account}\n${tag ?? ""}`;
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const audience = new LiveAudience(key, account, nowMs);
    this.#all.set(key, audience);
    enter(this.#ofAccount, account, audience);
    return audience;
  }

  /** To be called when a stream of it follows other tags than before. */
  index(audience: LiveAudience): void {
    const before = this.#indexed.get(audience);
    const now = audience.ownerships();
    if (before?.size === now.size && [...now].every((ownership) => before.has(ownership))) return;
    for (const ownership of before ?? [])
      if (!now.has(ownership)) leave(this.#ofOwnership, ownership, audience);
    for (const ownership of now) enter(this.#ofOwnership, ownership, audience);
    this.#indexed.set(audience, now);
  }

  remove(audience: LiveAudience): void {
    this.#all.delete(audience.key);
    leave(this.#ofAccount, audience.account, audience);
    for (const ownership of this.#indexed.get(audience) ?? []) leave(this.#ofOwnership, ownership, audience);
    this.#indexed.delete(audience);
  }

  /** Those of whose tags, or for whose account, there is news. */
  withNews({ ownerships, accounts }: News): Set<LiveAudience> {
    if (ownerships === "all" || accounts === "all") return new Set(this.#all.values());
    const found = new Set<LiveAudience>();
    for (const ownership of ownerships)
      for (const audience of this.#ofOwnership.get(ownership) ?? []) found.add(audience);
    for (const account of accounts)
      for (const audience of this.#ofAccount.get(account) ?? []) found.add(audience);
    return found;
  }

  /** The right of this one is asked for now. */
  checked(audience: LiveAudience, nowMs: number): void {
    audience.checkedMs = nowMs;
    if (!this.#all.delete(audience.key)) return;
    this.#all.set(audience.key, audience);
  }

  /** Those whose right has to be asked for at this look. Each goes to `checked` before the next is taken. */
  *due(nowMs: number): Generator<LiveAudience> {
    const { size } = this.#all;
    const passedMs = nowMs - (this.#countedMs ?? nowMs);
    this.#owed = Math.min(size, this.#owed + (size * passedMs) / CHECK_ALL_MS);
    this.#countedMs = nowMs;
    for (const audience of this.#all.values()) {
      const ageMs = nowMs - audience.checkedMs;
      if (ageMs < MIN_CHECK_MS || (this.#owed <= 0 && ageMs < MAX_CHECK_MS)) return;
      this.#owed = Math.max(-1, this.#owed - 1);
      yield audience;
    }
  }
}

function enter<Key>(index: Map<Key, Set<LiveAudience>>, key: Key, audience: LiveAudience): void {
  const entered = index.get(key);
  if (entered === undefined) index.set(key, new Set([audience]));
  else entered.add(audience);
}

function leave<Key>(index: Map<Key, Set<LiveAudience>>, key: Key, audience: LiveAudience): void {
  const entered = index.get(key);
  entered?.delete(audience);
  if (entered?.size === 0) index.delete(key);
}
