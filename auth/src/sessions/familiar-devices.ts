import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { AuthTables } from "../schema.ts";

/** Starts every mark, so that scanners for leaked secrets find it. */
const PREFIX = "purr_device_";
const RANDOM_BYTES = 16;
const MAC_BYTES = 32;

/** Devices of one account, as many as sessions. */
const MAX_DEVICES = 32;

/** When a mark was used is kept to the hour, so that use costs no write each time. */
const USED_STEP_S = 3_600;

/**
 * Devices from which owners were let in. Each has a mark that only this service can make; stored is its keyed hash, with the
 * account in it, so that rows of different accounts cannot be matched. A mark opens nothing: who has it is only counted apart from
 * strangers.
 */
export class FamiliarDevices {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;
  readonly #now: () => number;

  constructor(database: Kysely<AuthTables>, keys: DataKeys, now: () => number) {
    this.#database = database;
    this.#keys = keys;
    this.#now = now;
  }

  /** Whether this service made the mark, for whatever account. */
  isOurs(mark: string): boolean {
    const bytes = Buffer.from(mark.startsWith(PREFIX) ? mark.slice(PREFIX.length) : "", "base64url");
    if (bytes.length !== RANDOM_BYTES + MAC_BYTES) return false;
    return this.#keys.isMac("device-mark", bytes.subarray(0, RANDOM_BYTES), bytes.subarray(RANDOM_BYTES));
  }

  /** Names the device in limits when the mark is known for the account; looks for it also when there is no account. */
  async find(account: string | undefined, mark: string | undefined): Promise<string | undefined> {
    if (mark === undefined || !this.isOurs(mark)) return undefined;
    const hash = this.#hash(account ?? "", mark);
    const row = await this.#row(account ?? "", hash).executeTakeFirst();
    return row && Buffer.from(hash).toString("base64url");
  }

  /** Whether the account is in use by its devices: not by the one alone on which its address was verified. */
  async areInUse(account: string): Promise<boolean> {
    const rows = this.#database.selectFrom("familiar_device").select("came_back");
    const devices = await rows.where("account", "=", account).execute();
    return devices.length > 1 || devices.some(({ came_back: cameBack }) => cameBack === 1);
  }

  /** Makes the device familiar to the account; gives its mark: the one that came, if it is ours, or a new one. */
  async remember(account: string, sent: string | undefined): Promise<string> {
    const mark = sent !== undefined && this.isOurs(sent) ? sent : this.#newMark();
    const hash = this.#hash(account, mark);
    const [row, at] = [await this.#row(account, hash).executeTakeFirst(), this.#now()];
    if (row?.came_back === 1 && Math.abs(at - row.used_at) < USED_STEP_S) return mark;
    const cameBack = row === undefined ? 0 : 1;
    await this.#database
      .insertInto("familiar_device")
      .values({ account, hash, used_at: at, came_back: cameBack })
      .onConflict((conflict) =>
        conflict.columns(["account", "hash"]).doUpdateSet({ used_at: at, came_back: 1 }),
      )
      .execute();
    if (row === undefined) await this.#makeRoom(account, hash);
    return mark;
  }

  /** Forgets the account's devices, but not that of `except`. */
  async forget(account: string, except?: string): Promise<void> {
    const kept = except === undefined ? new Uint8Array() : this.#hash(account, except);
    const rows = this.#database.deleteFrom("familiar_device").where("account", "=", account);
    await rows.where("hash", "!=", kept).execute();
  }

  /** Marks that never came back go first: clients that drop them cannot push others' out. */
  async #makeRoom(account: string, newest: Uint8Array): Promise<void> {
    const rows = this.#database.selectFrom("familiar_device").select("hash").where("account", "=", account);
    const others = rows.where("hash", "!=", newest).orderBy("came_back", "desc").orderBy("used_at", "desc");
    const surplus = await others
      .limit(MAX_DEVICES)
      .offset(MAX_DEVICES - 1)
      .execute();
    for (const { hash } of surplus)
      await this.#database
        .deleteFrom("familiar_device")
        .where("account", "=", account)
        .where("hash", "=", hash)
        .execute();
  }

  #row(account: string, hash: Uint8Array) {
    const rows = this.#database.selectFrom("familiar_device").select(["used_at", "came_back"]);
    return rows.where("account", "=", account).where("hash", "=", hash);
  }

  #newMark(): string {
    const random = randomBytes(RANDOM_BYTES);
    return PREFIX + Buffer.concat([random, this.#keys.mac("device-mark", random)]).toString("base64url");
  }

  #hash(account: string, mark: string): Uint8Array {
    return this.#keys.mac("device-mark", `${account} ${mark}`);
  }
}
