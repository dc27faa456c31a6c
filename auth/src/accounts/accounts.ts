import type { Kysely } from "kysely";
import type { MailPreferences, MailPreferencesChange } from "@purrimeter/auth-api/internal";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import { seal, unseal } from "./data-keys.ts";
import type { DataKeys } from "./data-keys.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import { randomId } from "../random-id.ts";
import type { AuthTables } from "../schema.ts";

/** Who may do what: owners see their own tags; the others run and examine the service and see no location. */
export type Role = "owner" | "viewer" | "operator" | "auditor";

/** An account as logins need it. */
export interface Account {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly passwordHash: PasswordHash;
  /** Whether the password is too short to be the only factor. */
  readonly hasShortPassword: boolean;
  readonly isMailVerified: boolean;
  /** Whether nobody logs in before the address is verified. */
  readonly awaitsVerification: boolean;
  /** How many login links were used. */
  readonly linksUsed: number;
  /** Names the account in throttles: see `throttleKey`. */
  readonly throttleKey: string;
  /** How it is written to. */
  readonly preferences: MailPreferences;
}

/** What makes an account. */
export interface NewAccount {
  readonly mail: MailAddress;
  readonly hash: PasswordHash;
  /** Seconds of UTC. */
  readonly at: number;
  /** Of its mails; English when left out. */
  readonly language?: MailPreferences["language"] | undefined;
}

/** Accounts by mail address. The address is sealed; accounts are found by its keyed hash. */
export class Accounts {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;

  constructor(database: Kysely<AuthTables>, keys: DataKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /**
   * Creates an owner's account; "taken" when the address has one. Both write a row, so that both take
   * the same time.
   */
  async create({ mail, hash, at, language = "en" }: NewAccount): Promise<Account | "taken"> {
    const id = randomId();
    const row = {
      id,
      mail_lookup: this.#lookup(mail),
      mail_sealed: this.#sealMail(id, mail),
      roles: "owner",
      created_at: at,
      must_verify: 1,
      language,
    };
    const written = await this.#database
      .insertInto("account")
      .values({ ...row, ...columnsOf(hash) })
      .onConflict((conflict) =>
        conflict.column("mail_lookup").doUpdateSet((row) => ({ created_at: row.ref("account.created_at") })),
      )
      .returning("id")
      .executeTakeFirstOrThrow();
    if (written.id !== id) return "taken";
    return {
      id,
      roles: ["owner"],
      passwordHash: hash,
      hasShortPassword: false,
      isMailVerified: false,
      awaitsVerification: true,
      linksUsed: 0,
      throttleKey: this.throttleKey(mail),
      preferences: { language, timeZone: "UTC" },
    };
  }

  /** The account of the address. */
  async findByMail(mail: MailAddress): Promise<Account | undefined> {
    return this.#find("mail_lookup", this.#lookup(mail));
  }

  /** The account with the id. */
  async findById(id: string): Promise<Account | undefined> {
    return this.#find("id", id);
  }

  /** The account's mail address, unsealed. */
  async mailOf(id: string): Promise<MailAddress | undefined> {
    const row = await this.#database
      .selectFrom("account")
      .select("mail_sealed")
      .where("id", "=", id)
      .executeTakeFirst();
    return row && this.#unsealMail(id, row.mail_sealed);
  }

  /** All accounts with their mail addresses, unsealed, oldest first: for the command line. */
  async list(): Promise<{ id: string; mail: MailAddress; roles: readonly Role[] }[]> {
    const rows = await this.#database
      .selectFrom("account")
      .select(["id", "mail_sealed", "roles"])
      .orderBy("created_at")
      .orderBy("id")
      .execute();
    return rows.map(({ id, mail_sealed: sealed, roles }) => ({
      ...{ id, mail: this.#unsealMail(id, sealed), roles: roles.split(" ") as Role[] },
    }));
  }

  /** Stores another hash of the same password. */
  async replaceHash(id: string, hash: PasswordHash): Promise<void> {
    await this.#database.updateTable("account").set(columnsOf(hash)).where("id", "=", id).execute();
  }

  /** Stores another password; `isShort`: it is too short to be the only factor. */
  async replacePassword(id: string, hash: PasswordHash, isShort: boolean): Promise<void> {
    const columns = { ...columnsOf(hash), password_short: isShort ? 1 : 0 };
    await this.#database.updateTable("account").set(columns).where("id", "=", id).execute();
  }

  /** Gives the account these roles and no others. */
  async setRoles(id: string, roles: readonly Role[]): Promise<void> {
    await this.#database
      .updateTable("account")
      .set({ roles: roles.join(" ") })
      .where("id", "=", id)
      .execute();
  }

  /** Gives the account another address, which somebody has shown to read; "taken" when it has an account. */
  async changeMail(id: string, mail: MailAddress, at: number): Promise<"changed" | "taken"> {
    const lookup = this.#lookup(mail);
    const row = { mail_lookup: lookup, mail_sealed: this.#sealMail(id, mail), mail_verified_at: at };
    const update = this.#database.updateTable("account").set(row).where("id", "=", id);
    const result = await update
      .where((where) => {
        const other = where.selectFrom("account as other").select("other.id");
        return where.not(where.exists(other.where("other.mail_lookup", "=", lookup)));
      })
      .executeTakeFirst();
    return result.numUpdatedRows === 1n ? "changed" : "taken";
  }

  /** Notes that somebody has shown to read the account's mail. */
  async markMailVerified(id: string, at: number): Promise<void> {
    await this.#database.updateTable("account").set({ mail_verified_at: at }).where("id", "=", id).execute();
  }

  /** Notes how the account, if there is one, is written to from now on; what is left out stays. */
  async setPreferences(id: string, change: MailPreferencesChange): Promise<void> {
    const { language, timeZone } = change;
    const columns = {
      ...(language !== undefined && { language }),
      ...(timeZone !== undefined && { time_zone: timeZone }),
    };
    if (Object.keys(columns).length === 0) return;
    await this.#database.updateTable("account").set(columns).where("id", "=", id).execute();
  }

  /** Uses a login link up; false when it was used before. */
  async useLink({ id, linksUsed }: Pick<Account, "id" | "linksUsed">): Promise<boolean> {
    const update = this.#database.updateTable("account").set({ links_used: linksUsed + 1 });
    const result = await update.where("id", "=", id).where("links_used", "=", linksUsed).executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  /** Accounts that were made before `before` (seconds of UTC), at most `limit`, and whose address nobody has verified. */
  async neverVerified(before: number, limit: number): Promise<readonly string[]> {
    const rows = this.#database.selectFrom("account").select("id").where("must_verify", "=", 1);
    const old = rows.where("mail_verified_at", "=", 0).where("created_at", "<", before);
    return (await old.orderBy("created_at").limit(limit).execute()).map(({ id }) => id);
  }

  /** Names the address in throttles, whether it has an account or not. */
  throttleKey(mail: MailAddress): string {
    return Buffer.from(this.#lookup(mail)).toString("base64");
  }

  #sealMail(id: string, mail: MailAddress): Uint8Array {
    return seal(this.#keys.key("mail-seal"), Buffer.from(mail), `mail of ${id}`);
  }

  #unsealMail(id: string, sealed: Uint8Array): MailAddress {
    const plain = unseal(this.#keys.key("mail-seal"), sealed, `mail of ${id}`);
    return Buffer.from(plain).toString("utf8") as MailAddress;
  }

  /** The keyed hash by which the address is found. */
  #lookup(mail: MailAddress): Uint8Array {
    return this.#keys.mac("mail-lookup", mail);
  }

  async #find(column: "id" | "mail_lookup", value: string | Uint8Array): Promise<Account | undefined> {
    const row = await this.#database
      .selectFrom("account")
      .selectAll()
      .where(column, "=", value)
      .executeTakeFirst();
    if (!row) return undefined;
    return {
      id: row.id,
      roles: row.roles.split(" ") as Role[],
      passwordHash: hashOf(row),
      hasShortPassword: row.password_short === 1,
      isMailVerified: row.mail_verified_at > 0,
      awaitsVerification: row.must_verify === 1 && row.mail_verified_at === 0,
      linksUsed: row.links_used,
      throttleKey: Buffer.from(row.mail_lookup).toString("base64"),
      preferences: { language: row.language, timeZone: row.time_zone },
    };
  }
}

type HashColumns = Pick<
  AuthTables["account"],
  "password_tag" | "password_salt" | "password_memory_kib" | "password_passes" | "password_lanes"
>;

function columnsOf({ cost, salt, tag }: PasswordHash): HashColumns {
  const { memoryKiB, passes, lanes } = cost;
  return {
    password_tag: tag,
    password_salt: salt,
    password_memory_kib: memoryKiB,
    password_passes: passes,
    password_lanes: lanes,
  };
}

function hashOf(row: HashColumns): PasswordHash {
  const cost = { memoryKiB: row.password_memory_kib, passes: row.password_passes, lanes: row.password_lanes };
  return { cost, salt: row.password_salt, tag: row.password_tag };
}
