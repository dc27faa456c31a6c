import type { UnixSeconds } from "@purrimeter/protocol/values";

/** Sessions that ended while tokens of theirs have not expired yet. */
export class EndedSessions {
  readonly #untilBySession = new Map<string, number>();
  readonly #now: () => UnixSeconds;
  #known = false;
  #added = 0;

  constructor(now: () => UnixSeconds) {
    this.#now = now;
  }

  /** False until the authentication service has said once which sessions ended: nobody is let in before. */
  get isKnown(): boolean {
    return this.#known;
  }

  get size(): number {
    return this.#untilBySession.size;
  }

  /** How often `add` was called: while it stays the same, no other session has ended. */
  get added(): number {
    return this.#added;
  }

  has(session: string): boolean {
    return this.#untilBySession.has(session);
  }

  /** `untilS`: seconds of UTC after which no token of the session is valid by itself. */
  add(session: string, untilS: number): void {
    this.#added++;
    this.#untilBySession.set(session, untilS);
  }

  /** The authentication service has been heard; forgets the sessions whose tokens have all expired. */
  heard(): void {
    this.#known = true;
    const now = this.#now();
    for (const [session, untilS] of this.#untilBySession)
      if (untilS < now) this.#untilBySession.delete(session);
  }
}
