import { SESSION_IDLE_LIMIT_S } from "@purrimeter/auth-api/limits";
import type { DeleteQueryBuilder, DeleteResult, Kysely } from "kysely";
import { seal, unseal } from "../accounts/data-keys.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import { randomId } from "../random-id.ts";
import { readRefreshToken, writeRefreshToken } from "./refresh-token.ts";
import type { AuthTables } from "../schema.ts";
import type { SessionEndings } from "./session-endings.ts";

/** Every session is over after this, SP 800-63B-4, 2.1.3: at most 30 days before one has to log in again. */
const SESSION_LIMIT_S = 30 * 86_400;

/** A client whose answer was lost, or whose tabs ask at once, asks again within this time. */
const GRACE_S = 30;

/** Sessions of one account; the one begun first ends when another begins. */
const MAX_SESSIONS = 32;

/** A session that goes on, with its next refresh token. */
export interface LiveSession {
  readonly sid: string;
  readonly account: string;
  readonly refreshToken: string;
}

/** A session as its owner sees it; times in seconds of UTC. */
export interface ListedSession {
  readonly id: string;
  readonly device: string;
  readonly createdAt: number;
  readonly refreshedAt: number;
}

type SessionDeletion = DeleteQueryBuilder<AuthTables, "session", DeleteResult>;

/** Those of sessions to delete that cannot go on at that time, seconds of UTC. */
export function expiredSessions(rows: SessionDeletion, atS: number): SessionDeletion {
  return rows.where((is) =>
    is.or([
      is("created_at", "<=", atS - SESSION_LIMIT_S),
      is("refreshed_at", "<=", atS - SESSION_IDLE_LIMIT_S),
    ]),
  );
}

/** What became of a refresh token, and of its session. */
export type RefreshOutcome =
  | { readonly kind: "refreshed"; readonly session: LiveSession }
  | { readonly kind: "unknown" }
  /** The session is over: it was too old, or somebody used a token that had been exchanged already. */
  | {
      readonly kind: "ended";
      readonly reason: "reused" | "expired";
      readonly sid: string;
      readonly account: string;
    };

/** Sessions (token families): begun by a login, carried on by refresh tokens that each have one successor. */
export class Sessions {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;
  readonly #endings: SessionEndings;
  readonly #now: () => number;
  readonly #isClockTrusted: () => boolean;

  /** While the clock is not trusted, an expired session is refused and stays: it goes on when the clock is right again. */
  constructor(
    database: Kysely<AuthTables>,
    keys: DataKeys,
    endings: SessionEndings,
    now: () => number,
    isClockTrusted: () => boolean = () => true,
  ) {
    this.#database = database;
    this.#isClockTrusted = isClockTrusted;
    this.#keys = keys;
    this.#endings = endings;
    this.#now = now;
  }

  /** Begins a session; `ended` names those that had to make room. */
  async begin(account: string, device: string): Promise<LiveSession & { readonly ended: readonly string[] }> {
    const sid = randomId();
    const at = this.#now();
    const sealed =
      device === "" ? new Uint8Array() : seal(this.#keys.key("name-seal"), Buffer.from(device), sid);
    const row = { id: sid, account, generation: 0, created_at: at, refreshed_at: at, device_sealed: sealed };
    await this.#database.insertInto("session").values(row).execute();
    const surplus = await this.#surplus(account, sid);
    const ended = await this.end(surplus);
    return { sid, account, refreshToken: writeRefreshToken(this.#keys, { sid, generation: 0 }), ended };
  }

  /**
   * Exchanges a refresh token for the next. The one before brings the same next one for GRACE_S, while that is unused. Any
   * other that was exchanged before ends the session, whoever comes with it (RFC 9700, 4.14.2): the service cannot tell the thief
   * from the owner.
   */
  async refresh(token: string): Promise<RefreshOutcome> {
    const claim = readRefreshToken(this.#keys, token);
    if (!claim) return { kind: "unknown" };
    const account =
      (await this.#advance(claim.sid, claim.generation)) ?? (await this.#repeat(claim.sid, claim.generation));
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

  /** Notes that the session's client is given a mark; false when it was given one before. */
  async mark(sid: string): Promise<boolean> {
    const update = this.#database.updateTable("session").set({ is_marked: 1 });
    const result = await update.where("id", "=", sid).where("is_marked", "=", 0).executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  /** Ends sessions at once, those of `account` only when it is given; gives back those that had not ended before. */
  async end(sids: readonly string[], account?: string): Promise<readonly string[]> {
    if (sids.length === 0) return [];
    return this.#end((rows) => {
      const chosen = rows.where("id", "in", [...sids]);
      return account === undefined ? chosen : chosen.where("account", "=", account);
    });
  }

  /** Ends all sessions of the account, but not `except`. */
  async endAll(account: string, except = ""): Promise<readonly string[]> {
    return this.#end((rows) => rows.where("account", "=", account).where("id", "!=", except));
  }

  /** Whether the session is the account's and goes on. */
  async isLive(account: string, sid: string): Promise<boolean> {
    const row = await this.#ofAccount(account).where("id", "=", sid).executeTakeFirst();
    return row !== undefined;
  }

  /** Whether the account has a session, also one that is over and not deleted yet. */
  async hasAny(account: string): Promise<boolean> {
    const rows = this.#database.selectFrom("session").select("id").where("account", "=", account);
    return (await rows.limit(1).executeTakeFirst()) !== undefined;
  }

  /** The account's sessions that go on, newest first. */
  async list(account: string): Promise<ListedSession[]> {
    const rows = await this.#ofAccount(account).orderBy("created_at", "desc").orderBy("id").execute();
    return rows.map(({ id, created_at: createdAt, refreshed_at: refreshedAt, device_sealed: sealed }) => {
      const device = sealed.length === 0 ? "" : unseal(this.#keys.key("name-seal"), sealed, id);
      return { id, createdAt, refreshedAt, device: Buffer.from(device).toString("utf8") };
    });
  }

  #ofAccount(account: string) {
    const at = this.#now();
    return this.#database
      .selectFrom("session")
      .selectAll()
      .where("account", "=", account)
      .where("created_at", ">", at - SESSION_LIMIT_S)
      .where("refreshed_at", ">", at - SESSION_IDLE_LIMIT_S);
  }

  async #end(choose: (rows: SessionDeletion) => SessionDeletion): Promise<readonly string[]> {
    const ended = await this.#database.transaction().execute(async (transaction) => {
      const rows = await choose(transaction.deleteFrom("session")).returning("id").execute();
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
      .where("refreshed_at", ">", at - SESSION_IDLE_LIMIT_S)
      .returning("account")
      .executeTakeFirst();
    return row?.account;
  }

  /** Whose session it is, when the token of the generation was exchanged a moment ago and its successor was not used. */
  async #repeat(sid: string, generation: number): Promise<string | undefined> {
    const at = this.#now();
    const rows = this.#database.selectFrom("session").select("account").where("id", "=", sid);
    const exchanged = rows.where("generation", "=", generation + 1);
    const row = await exchanged
      .where("refreshed_at", ">=", at - GRACE_S)
      .where("refreshed_at", "<=", at)
      .executeTakeFirst();
    return row?.account;
  }

  async #explain(sid: string, generation: number): Promise<RefreshOutcome> {
    const row = await this.#database
      .selectFrom("session")
      .select(["generation", "account"])
      .where("id", "=", sid)
      .executeTakeFirst();
    if (!row) return { kind: "unknown" };
    const reason = row.generation === generation ? "expired" : "reused";
    if (reason === "expired" && !this.#isClockTrusted()) return { kind: "unknown" };
    await this.end([sid]);
    return { kind: "ended", reason, sid, account: row.account };
  }
}
