import type { Kysely } from "kysely";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Accounts } from "../accounts/accounts.ts";
import { seal, unseal } from "../accounts/data-keys.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { AuthTables } from "../schema.ts";

/** How long the new address may take to answer. */
export const CHANGE_LIFETIME_S = 86_400;

interface MailChangesOptions {
  readonly database: Kysely<AuthTables>;
  readonly keys: DataKeys;
  readonly accounts: Accounts;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/** Addresses that accounts are to have once it is shown that they are read; one an account, sealed. */
export class MailChanges {
  readonly #options: MailChangesOptions;

  constructor(options: MailChangesOptions) {
    this.#options = options;
  }

  /** Notes the address that the account is to have. One that was noted before is forgotten. */
  async ask(account: string, mail: MailAddress): Promise<void> {
    const { database, keys, now } = this.#options;
    const row = {
      mail_sealed: seal(keys.key("mail-seal"), Buffer.from(mail), about(account)),
      asked_at: now(),
    };
    await database
      .insertInto("mail_change")
      .values({ account, ...row })
      .onConflict((conflict) => conflict.column("account").doUpdateSet(row))
      .execute();
  }

  /** The address that was noted last. */
  async wanted(account: string): Promise<MailAddress | undefined> {
    const { database, keys } = this.#options;
    const rows = database.selectFrom("mail_change").select("mail_sealed").where("account", "=", account);
    const row = await rows.executeTakeFirst();
    if (!row) return undefined;
    const plain = unseal(keys.key("mail-seal"), row.mail_sealed, about(account));
    return Buffer.from(plain).toString("utf8") as MailAddress;
  }

  /** Forgets the address that was noted. */
  async forget(account: string): Promise<void> {
    await this.#options.database.deleteFrom("mail_change").where("account", "=", account).execute();
  }

  /** Makes the address the account's, verified; "taken" when it has an account by now. */
  async finish(account: string, mail: MailAddress): Promise<"changed" | "taken"> {
    const { accounts, now } = this.#options;
    const outcome = await accounts.changeMail(account, mail, now());
    await this.forget(account);
    return outcome;
  }
}

function about(account: string): string {
  return `new mail of ${account}`;
}
