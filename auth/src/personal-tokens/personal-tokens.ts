import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { PERSONAL_TOKEN_PREFIX } from "@purrimeter/auth-api/access-tokens";
import type { Scope } from "@purrimeter/auth-api/access-tokens";
import { seal, unseal } from "../accounts/data-keys.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import { randomId } from "../random-id.ts";
import type { AuthTables } from "../schema.ts";
import type { SessionEndings } from "../sessions/session-endings.ts";

/** More are a sign that nobody looks after them. */
export const MAX_PERSONAL_TOKENS = 20;

/** When a token was used is kept to the hour, so that use costs no write each time. */
const USED_STEP_S = 3_600;

/** A personal access token without its secret; times in seconds of UTC, `usedAt` 0 for never. */
export interface PersonalToken {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number;
}

/** What the owner wants of a new token. */
export type PersonalTokenDraft = Pick<PersonalToken, "account" | "name" | "scopes" | "expiresAt">;

/** Personal access tokens: for scripts and devices, bound to scopes, always with an end. Stored as a keyed hash. */
export class PersonalTokens {
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

  /** Makes a token; its text is given this once. "too-many" when the account has MAX_PERSONAL_TOKENS. */
  async make(
    draft: PersonalTokenDraft,
  ): Promise<{ readonly id: string; readonly token: string } | "too-many"> {
    if ((await this.list(draft.account)).length >= MAX_PERSONAL_TOKENS) return "too-many";
    const id = randomId();
    const token = PERSONAL_TOKEN_PREFIX + randomBytes(32).toString("base64url");
    await this.#database
      .insertInto("personal_token")
      .values({
        ...{ id, account: draft.account, hash: this.#hash(token), scopes: draft.scopes.join(" ") },
        name_sealed: seal(this.#keys.key("name-seal"), Buffer.from(draft.name), id),
        ...{ created_at: this.#now(), expires_at: draft.expiresAt, used_at: 0 },
      })
      .execute();
    return { id, token };
  }

  /** The account's tokens that have not expired, newest first. */
  async list(account: string): Promise<PersonalToken[]> {
    const rows = await this.#live()
      .where("account", "=", account)
      .orderBy("created_at", "desc")
      .orderBy("id")
      .execute();
    return rows.map((row) => this.#read(row));
  }

  /** The token of this text, if it goes on; notes that it was used. */
  async use(token: string): Promise<PersonalToken | undefined> {
    const row = await this.#live().where("hash", "=", this.#hash(token)).executeTakeFirst();
    if (!row) return undefined;
    if (row.used_at <= this.#now() - USED_STEP_S)
      await this.#database
        .updateTable("personal_token")
        .set({ used_at: this.#now() })
        .where("id", "=", row.id)
        .execute();
    return this.#read(row);
  }

  /** Ends one of the account's tokens, or all of them, at once; gives the ids of those that went on until now. */
  async end(account: string, id?: string): Promise<readonly string[]> {
    const ended = await this.#database.transaction().execute(async (transaction) => {
      const all = transaction.deleteFrom("personal_token").where("account", "=", account);
      const rows = await (id === undefined ? all : all.where("id", "=", id)).returning("id").execute();
      const ids = rows.map((row) => row.id);
      await this.#endings.add(transaction, ids);
      return ids;
    });
    if (ended.length > 0) this.#endings.announce();
    return ended;
  }

  #live() {
    return this.#database.selectFrom("personal_token").selectAll().where("expires_at", ">", this.#now());
  }

  #read(row: AuthTables["personal_token"]): PersonalToken {
    const name = Buffer.from(unseal(this.#keys.key("name-seal"), row.name_sealed, row.id)).toString("utf8");
    const { id, account, created_at: createdAt, expires_at: expiresAt, used_at: usedAt } = row;
    return { id, account, name, scopes: row.scopes.split(" ") as Scope[], createdAt, expiresAt, usedAt };
  }

  #hash(token: string): Uint8Array {
    return this.#keys.mac("personal-token", token);
  }
}
