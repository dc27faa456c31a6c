import type { Kysely } from "kysely";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { MAX_LISTED_ERASURES } from "@purrimeter/auth-api/internal";
import type { AuthTables } from "../schema.ts";
import type { SessionEndings } from "../sessions/session-endings.ts";

/** The clock of cloud-api may be this far behind ours. */
const CLOCK_SKEW_S = 60;

/** Whether it is news that nothing is stored of an account any more. */
export type ErasureStep = "erased" | "known";

/**
 * Accounts that were closed and whose tags and locations have to go too, which is cloud-api's part. Closing deletes all
 * that is here but the id, in one transaction: from then on nobody can log in, and whatever breaks off, the id stays on
 * the list until cloud-api has erased what it stands for.
 */
export class ClosedAccounts {
  readonly #database: Kysely<AuthTables>;
  readonly #endings: SessionEndings;
  readonly #now: () => number;
  readonly #isClockTrusted: () => boolean;

  constructor(
    database: Kysely<AuthTables>,
    endings: SessionEndings,
    now: () => number,
    isClockTrusted: () => boolean = () => true,
  ) {
    this.#isClockTrusted = isClockTrusted;
    this.#database = database;
    this.#endings = endings;
    this.#now = now;
  }

  /**
   * Deletes the account with all that it has; gives the sessions and personal tokens that ended. "gone" when there is no such
   * account, or with `ifUnverified` when its address was verified meanwhile.
   */
  async begin(account: string, ifUnverified = false): Promise<readonly string[] | "gone"> {
    const ended = await this.#database.transaction().execute(async (transaction) => {
      const own = transaction.selectFrom("account").select("mail_verified_at").where("id", "=", account);
      const found = await own.executeTakeFirst();
      if (!found || (ifUnverified && found.mail_verified_at > 0)) return "gone";
      const sids: string[] = [];
      for (const table of ["session", "personal_token"] as const) {
        const rows = transaction.deleteFrom(table).where("account", "=", account).returning("id");
        sids.push(...(await rows.execute()).map(({ id }) => id));
      }
      await this.#endings.add(transaction, sids);
      await transaction.deleteFrom("account").where("id", "=", account).execute();
      const erasure = { account, begun_at: this.#now(), erased_at: 0 };
      await transaction.insertInto("erasure").values(erasure).execute();
      return sids;
    });
    if (ended !== "gone" && ended.length > 0) this.#endings.announce();
    return ended;
  }

  /** Accounts whose things cloud-api has to erase, the first closed first. */
  async list(): Promise<readonly string[]> {
    const rows = this.#database
      .selectFrom("erasure")
      .select("account")
      .orderBy("begun_at")
      .orderBy("account");
    return (await rows.limit(MAX_LISTED_ERASURES).execute()).map(({ account }) => account);
  }

  /**
   * cloud-api has erased everything. The account stays on the list, to be erased once more, for as long as a cloud-api that
   * has not heard of its end could let one of its access tokens write something.
   */
  async done(account: string): Promise<ErasureStep> {
    const at = this.#now();
    const own = this.#database.updateTable("erasure").set({ erased_at: at }).where("account", "=", account);
    const first = await own.where("erased_at", "=", 0).executeTakeFirst();
    const old = this.#database.deleteFrom("erasure").where("account", "=", account);
    if (this.#isClockTrusted())
      await old.where("begun_at", "<", at - ACCESS_TOKEN_LIFETIME_S - CLOCK_SKEW_S).execute();
    return first.numUpdatedRows === 1n ? "erased" : "known";
  }
}
