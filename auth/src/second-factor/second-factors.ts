import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Account } from "../accounts/accounts.ts";
import { seal, unseal } from "../accounts/data-keys.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { AuthTables } from "../schema.ts";
import { base32 } from "../base32.ts";
import { matchTotp, TOTP_SECRET_BYTES } from "./totp.ts";

/** Recovery codes that an account has at most. */
const RECOVERY_CODES = 10;

/** 120 bits: from 112 on a hash without stretching is enough (SP 800-63B-4, 3.1.2.2; ASVS 5.0, 6.5.2). */
const RECOVERY_CODE_BYTES = 15;

/** Ways to finish a login. */
export type SecondFactorMethod = "passkey" | "totp" | "recovery-code";

/** What became of a wish to remove a second factor. */
export type Removal = "removed" | "not-found" | "needed";

/** The second factors of accounts: a TOTP secret (sealed) and recovery codes (hashed). */
export class SecondFactors {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;
  readonly #now: () => number;

  constructor(database: Kysely<AuthTables>, keys: DataKeys, now: () => number) {
    this.#database = database;
    this.#keys = keys;
    this.#now = now;
  }

  /** Whether a login of the account needs a second factor. */
  async isRequired(account: string): Promise<boolean> {
    return (await this.hasTotp(account)) || (await this.#passkeys(account)) > 0;
  }

  /** Whether an authenticator app is in use. */
  async hasTotp(account: string): Promise<boolean> {
    return (await this.#totp(account))?.confirmed === 1;
  }

  /** What a login of the account may be finished with. */
  async methods(account: string): Promise<readonly SecondFactorMethod[]> {
    const methods: SecondFactorMethod[] = [];
    if ((await this.#passkeys(account)) > 0) methods.push("passkey");
    if (await this.hasTotp(account)) methods.push("totp");
    if ((await this.recoveryCodesLeft(account)) > 0) methods.push("recovery-code");
    return methods;
  }

  /** Recovery codes that have not been used. */
  async recoveryCodesLeft(account: string): Promise<number> {
    const count = this.#database
      .selectFrom("recovery_code")
      .select(({ fn }) => fn.countAll<number>().as("left"));
    return (await count.where("account", "=", account).executeTakeFirst())?.left ?? 0;
  }

  /** A new TOTP secret (base32), which counts once it is confirmed; undefined when one is in use. */
  async beginTotp(account: string): Promise<string | undefined> {
    const secret = randomBytes(TOTP_SECRET_BYTES);
    const secretSealed = seal(this.#keys.key("totp-seal"), secret, account);
    const result = await this.#database
      .insertInto("totp")
      .values({ account, secret_sealed: secretSealed, confirmed: 0, last_step: 0 })
      .onConflict((conflict) =>
        conflict
          .column("account")
          .doUpdateSet({ secret_sealed: secretSealed, last_step: 0 })
          .where("totp.confirmed", "=", 0),
      )
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n ? base32(secret) : undefined;
  }

  /** Puts the new secret in use when the code shows that the app has it; gives the recovery codes. */
  async confirmTotp(account: string, code: string): Promise<readonly string[] | "wrong"> {
    if ((await this.#totp(account))?.confirmed !== 0 || !(await this.#useTotp(account, code))) return "wrong";
    await this.#database.updateTable("totp").set({ confirmed: 1 }).where("account", "=", account).execute();
    return this.makeRecoveryCodes(account);
  }

  /** Takes the authenticator app away; "needed": it is the only second factor beside a short password. */
  async removeTotp(account: Pick<Account, "id" | "hasShortPassword">): Promise<Removal> {
    if (!(await this.#totp(account.id))) return "not-found";
    if (account.hasShortPassword && (await this.#passkeys(account.id)) === 0) return "needed";
    await this.#database.deleteFrom("totp").where("account", "=", account.id).execute();
    return this.#dropRecoveryCodes(account.id);
  }

  /** Takes a passkey away, as removeTotp does. */
  async removePasskey(account: Pick<Account, "id" | "hasShortPassword">, id: string): Promise<Removal> {
    const own = this.#database.selectFrom("passkey").select("id").where("account", "=", account.id);
    if (!(await own.where("id", "=", id).executeTakeFirst())) return "not-found";
    const isLast = (await this.#passkeys(account.id)) === 1 && !(await this.hasTotp(account.id));
    if (account.hasShortPassword && isLast) return "needed";
    await this.#database
      .deleteFrom("passkey")
      .where("account", "=", account.id)
      .where("id", "=", id)
      .execute();
    return this.#dropRecoveryCodes(account.id);
  }

  /** Takes all second factors and recovery codes away. */
  async removeAll(account: string): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      for (const table of ["totp", "passkey", "recovery_code"] as const)
        await transaction.deleteFrom(table).where("account", "=", account).execute();
    });
  }

  /** New recovery codes; the old ones are void. */
  async makeRecoveryCodes(account: string): Promise<readonly string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => base32(randomBytes(RECOVERY_CODE_BYTES)));
    const rows = codes.map((code) => ({ account, hash: this.#hash(account, code) }));
    await this.#database.transaction().execute(async (transaction) => {
      await transaction.deleteFrom("recovery_code").where("account", "=", account).execute();
      await transaction.insertInto("recovery_code").values(rows).execute();
    });
    return codes.map((code) => code.match(/.{4}/gu)?.join("-") ?? code);
  }

  /** Which of the account's factors the code is, if any. It is used up then. */
  async use(account: string, code: string): Promise<"totp" | "recovery-code" | undefined> {
    if (!(await this.isRequired(account))) return undefined;
    if ((await this.hasTotp(account)) && (await this.#useTotp(account, code))) return "totp";
    return (await this.#useRecoveryCode(account, code)) ? "recovery-code" : undefined;
  }

  /** Recovery codes stand in for a second factor; without one there is nothing to recover. */
  async #dropRecoveryCodes(account: string): Promise<"removed"> {
    if (!(await this.isRequired(account)))
      await this.#database.deleteFrom("recovery_code").where("account", "=", account).execute();
    return "removed";
  }

  async #passkeys(account: string): Promise<number> {
    const count = this.#database.selectFrom("passkey").select(({ fn }) => fn.countAll<number>().as("made"));
    return (await count.where("account", "=", account).executeTakeFirst())?.made ?? 0;
  }

  async #totp(account: string): Promise<AuthTables["totp"] | undefined> {
    return this.#database.selectFrom("totp").selectAll().where("account", "=", account).executeTakeFirst();
  }

  /** The update decides, so of two logins with one code only one succeeds. */
  async #useTotp(account: string, code: string): Promise<boolean> {
    const row = await this.#totp(account);
    if (!row) return false;
    const secret = unseal(this.#keys.key("totp-seal"), row.secret_sealed, account);
    const step = matchTotp(secret, code, this.#now(), row.last_step);
    if (step === undefined) return false;
    const update = this.#database.updateTable("totp").set({ last_step: step });
    const result = await update
      .where("account", "=", account)
      .where("last_step", "<", step)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async #useRecoveryCode(account: string, code: string): Promise<boolean> {
    const hash = this.#hash(account, code.toUpperCase().replace(/[\s-]/gu, ""));
    const used = this.#database
      .deleteFrom("recovery_code")
      .where("account", "=", account)
      .where("hash", "=", hash);
    return (await used.executeTakeFirst()).numDeletedRows === 1n;
  }

  #hash(account: string, code: string): Uint8Array {
    return this.#keys.mac("recovery-code", `${account} ${code}`);
  }
}
