import type { Kysely } from "kysely";
import type { DataKeys } from "./data-keys.ts";
import { randomId } from "./random-id.ts";
import { readRefreshToken, writeRefreshToken } from "./refresh-token.ts";
import type { AuthTables } from "./schema.ts";
import type { SessionEndings } from "./session-endings.ts";

/** A session that is not refreshed for this long is over. */
export const IDLE_LIMIT_S = 14 * 86_400;

/** Every session is over after this, SP 800-63B-4, 2.1.3: at most 30 days before one has to log in again. */
export const SESSION_LIMIT_S = 30 * 86_400;

/** Sessions of one account; the one begun first ends when another begins. */
export const MAX_SESSIONS = 32;

/** A session that goes on, with its next refresh token. */
export interface LiveSession {
  readonly sid: string;
  readonly account: string;
  readonly refreshToken: string;
}

/** What became of a refresh token, and of its session. */
export type RefreshOutcome =
  | { readonly kind: "refreshed"; readonly session: LiveSession }
  | { readonly kind: "unknown" }
  /** The session is over: it was too old, or somebody used a token that had been exchanged already. */
  | { readonly kind: "ended"; readonly reason: "reused" | "expired"; readonly sid: string };

/** Sessions (token families): begun by a login, carried on by refresh tokens that each work once. */
export class Sessions {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;
  readonly #endings: SessionEndings;
  readonly #now: () => number;

  constructor(database: Kysely<AuthTables>, keys: DataKeys, endings: SessionEndings, now: () => number) {
    this.#database = database;
    this.#keys = keys;
    this.#endings = endings;
    this.#now = now;
  }

  /** Begins a session; `ended` names those that had to make room. */
  async begin(account: string): Promise<LiveSession & { readonly ended: readonly string[] }> {
    const sid = randomId();
    const at = this.#now();
    const row = { id: sid, account, generation: 0, created_at: at, refreshed_at: at };
    await this.#database.insertInto("session").values(row).execute();
    const surplus = await this.#surplus(account, sid);
    const ended = await this.end(surplus);
    return { sid, account, refreshToken: writeRefreshToken(this.#keys, { sid, generation: 0 }), ended };
  }

  /**
   * Exchanges a refresh token for the next. One that was exchanged before ends the session, whoever comes with it
   * (RFC 9700, 4.14.2): the service cannot tell the thief from the owner.
   */
  async refresh(token: string): Promise<RefreshOutcome> {
    const claim = readRefreshToken(this.#keys, token);
    if (!claim) return { kind: "unknown" };
    const account = await this.#advance(claim.sid, claim.generation);
    if (account === undefined) return this.#explain(claim.sid, claim.generation);
    const next = { sid: claim.sid, generation: claim.generation + 1 };
    return {
      kind: "refreshed",
      session: { sid: claim.sid, account, refreshToken: writeRefreshToken(this.#keys, next) },
    };
  }

  /** The session of a refresh token of any generation. */
  sessionOf(token: string): string | undefined {
    return readRefreshToken(this.#keys, token)?.sid;
  }

  /** Ends sessions at once; gives back those that had not ended before. */
  async end(sids: readonly string[]): Promise<readonly string[]> {
    if (sids.length === 0) return [];
    const ended = await this.#database.transaction().execute(async (transaction) => {
      const rows = await transaction
        .deleteFrom("session")
        .where("id", "in", [...sids])
        .returning("id")
        .execute();
      const ids = rows.map(({ id }) => id);
      await this.#endings.add(transaction, ids);
      return ids;
    });
    if (ended.length > 0) this.#endings.announce();
    return ended;
  }

  async #surplus(account: string, newest: string): Promise<string[]> {
    const rows = await this.#database
      .selectFrom("session")
      .select("id")
      .where("account", "=", account)
      .where("id", "!=", newest)
      .orderBy("created_at", "desc")
      .orderBy("id")
      .limit(MAX_SESSIONS)
      .offset(MAX_SESSIONS - 1)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** One statement decides, so of two exchanges of one token only one succeeds. */
  async #advance(sid: string, generation: number): Promise<string | undefined> {
    const at = this.#now();
    const row = await this.#database
      .updateTable("session")
      .set({ generation: generation + 1, refreshed_at: at })
      .where("id", "=", sid)
      .where("generation", "=", generation)
      .where("created_at", ">", at - SESSION_LIMIT_S)
      .where("refreshed_at", ">", at - IDLE_LIMIT_S)
      .returning("account")
      .executeTakeFirst();
    return row?.account;
  }

  async #explain(sid: string, generation: number): Promise<RefreshOutcome> {
    const row = await this.#database
      .selectFrom("session")
      .select("generation")
      .where("id", "=", sid)
      .executeTakeFirst();
    if (!row) return { kind: "unknown" };
    await this.end([sid]);
    return { kind: "ended", reason: row.generation === generation ? "expired" : "reused", sid };
  }
}
