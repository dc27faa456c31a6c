import type { Time } from "@purrimeter/service/time";
import type { Kysely } from "kysely";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { MAX_ENDED_SESSIONS } from "@purrimeter/auth-api/internal";
import type { EndedSessions } from "@purrimeter/auth-api/internal";
import type { AuthTables } from "../schema.ts";

/** Processes that may wait at once. */
const MAX_WAITING = 64;

/** Another process (the command line) may end sessions too: whoever waits looks this often. */
const LOOK_MS = 500;

/** The clock of cloud-api may be this far behind ours. */
const CLOCK_SKEW_S = 60;

/** The list of sessions that ended while their access tokens may live, and those who wait for it to grow. */
export class SessionEndings {
  readonly #database: Kysely<AuthTables>;
  readonly #time: Time;
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(database: Kysely<AuthTables>, time: Time) {
    this.#database = database;
    this.#time = time;
  }

  /** Adds sessions within the caller's transaction. Call `announce` after its commit. */
  async add(transaction: Kysely<AuthTables>, sids: readonly string[]): Promise<void> {
    const until = this.#time.utcS() + ACCESS_TOKEN_LIFETIME_S + CLOCK_SKEW_S;
    if (sids.length > 0)
      await transaction
        .insertInto("ended_session")
        .values(sids.map((sid) => ({ sid, until })))
        .execute();
  }

  /** Wakes everyone who waits. */
  announce(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Answers everyone who waits, and lets nobody wait any more. */
  stop(): void {
    this.#stopped = true;
    this.announce();
  }

  /** What ended after the cursor; waits up to `waitMs` for something when there is nothing. */
  async after(cursor: number, waitMs: number): Promise<EndedSessions> {
    const found = await this.#read(cursor);
    if (
      found.items.length > 0 ||
      found.reset ||
      waitMs <= 0 ||
      this.#stopped ||
      this.#waiting.size >= MAX_WAITING
    )
      return found;
    for (let leftMs = waitMs; leftMs > 0; leftMs -= LOOK_MS) {
      await this.#wait(Math.min(leftMs, LOOK_MS));
      // The database may be closed by now: who asked asks again.
      if (this.#stopped) return found;
      const later = await this.#read(cursor);
      if (later.items.length > 0) return later;
    }
    return found;
  }

  async #read(cursor: number): Promise<EndedSessions> {
    const rows = await this.#database
      .selectFrom("ended_session")
      .selectAll()
      .where("number", ">", cursor)
      .where("until", ">=", this.#time.utcS())
      .orderBy("number")
      .limit(MAX_ENDED_SESSIONS)
      .execute();
    const items = rows.map(({ sid, until }) => ({ sid, until }));
    const reset = rows.length === 0 && cursor > (await this.#last());
    return { items, next: reset ? 0 : (rows.at(-1)?.number ?? cursor), reset };
  }

  /** The highest number ever given, also when its row is gone. */
  async #last(): Promise<number> {
    const row = await this.#database
      .selectFrom("sqlite_sequence")
      .select("seq")
      .where("name", "=", "ended_session")
      .executeTakeFirst();
    return row?.seq ?? 0;
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#time.after(waitMs, wake);
      this.#waiting.add(wake);
    });
  }
}
