import type { Database } from "@purrimeter/database/open-database";
import { randomBytes } from "node:crypto";

const NAME_BYTES = 12;

/**
 * Pseudonyms of accounts in a trail: random, so that nothing but the database's table leads from an account to its
 * entries. Erasing the account deletes the row of the table, and the trail stays whole.
 */
export class TrailNames {
  readonly #find;
  readonly #add;
  readonly #forget;

  constructor(database: Database) {
    this.#find = database.prepare<[string], { name: string }>(
      "SELECT name FROM trail_name WHERE account = ?",
    );
    this.#add = database.prepare<[string, string]>(
      "INSERT OR IGNORE INTO trail_name (account, name) VALUES (?, ?)",
    );
    this.#forget = database.prepare<[string]>("DELETE FROM trail_name WHERE account = ?");
  }

  /** The account's pseudonym, made at its first entry. Empty for an empty id. To be called in a write transaction. */
  of(account: string): string {
    if (account === "") return "";
    const known = this.find(account);
    if (known !== undefined) return known;
    this.#add.run(account, randomBytes(NAME_BYTES).toString("hex"));
    return this.find(account) ?? "";
  }

  /** From now on nothing leads from the account to its entries. */
  forget(account: string): void {
    this.#forget.run(account);
  }

  /** The account's pseudonym; undefined when it has no entry, or was erased. */
  find(account: string): string | undefined {
    return this.#find.get(account)?.name;
  }
}
