import { createHash } from "node:crypto";
import type { Cancel, Time } from "@purrimeter/service/time";
import type { Kysely } from "kysely";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { AuthTables } from "../schema.ts";

/** What is recorded. Names are stable: whoever reads the trail searches for them. */
export type AuditEventName =
  | "account.closed"
  | "account.erased"
  | "account.registered"
  | "account.registered-again"
  | "account.throttled"
  | "account.unverified-ended"
  | "audit.read"
  | "bridge.tls12-on"
  | "login.accepted"
  | "login.refused"
  | "login.second-factor-refused"
  | "mail.change-requested"
  | "mail.changed"
  | "mail.verified"
  | "password.changed"
  | "password.reset"
  | "personal-token.ended"
  | "personal-token.made"
  | "recovery-code.used"
  | "recovery-codes.made"
  | "roles.changed"
  | "second-factor.added"
  | "second-factor.removed"
  | "session.ended"
  | "session.reused"
  | "signing-key.introduced"
  | "signing-key.promoted"
  | "signing-key.retired"
  | "tag.code-renewed"
  | "tag.revoked";

/** One event: who by id, never by name or mail address; from which network, as a keyed hash. */
export interface AuditEvent {
  readonly event: AuditEventName;
  readonly account?: string | undefined;
  /** The session, or the personal token or tag that the event is about. */
  readonly session?: string | undefined;
  /** As subscriberOf gives it; stored as a keyed hash, so that equal ones can be seen and none be read. */
  readonly network?: string | undefined;
}

/** A stored event. `hash` covers the event and the hash before it. */
export type AuditRow = Omit<AuthTables["audit_event"], "number"> & { readonly number: number };

type UnchainedEvent = Omit<AuditRow, "number" | "previous" | "hash">;

/** Events are gathered this long into one commit, so that a flood of refused logins costs a few of them. */
const GATHER_MS = 50;

/** The trail is deleted from its old end after this, 400 days: a year's pattern can be seen, nothing is kept for ever. */
export const KEPT_S = 400 * 86_400;

interface AuditTrailOptions {
  readonly database: Kysely<AuthTables>;
  readonly keys: DataKeys;
  readonly time: Time;
  /** Told when events could not be written; they are tried again with the next ones. */
  readonly failed: (error: unknown) => void;
  /** Told of every event at once. */
  readonly listener: (event: AuditEvent) => void;
}

/** Hash chain over everything that happened to accounts: a changed, inserted or missing row breaks it. */
export class AuditTrail {
  readonly #database: Kysely<AuthTables>;
  readonly #keys: DataKeys;
  readonly #time: Time;
  readonly #failed: (error: unknown) => void;
  readonly #listener: (event: AuditEvent) => void;
  #gathered: UnchainedEvent[] = [];
  #cancelTimer: Cancel | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor({ database, keys, time, failed, listener }: AuditTrailOptions) {
    this.#database = database;
    this.#keys = keys;
    this.#time = time;
    this.#failed = failed;
    this.#listener = listener;
  }

  /** Records an event soon; never throws and never makes anyone wait. */
  record(recorded: AuditEvent): void {
    const { event, account, session, network } = recorded;
    this.#listener(recorded);
    const hashed = network === undefined ? "" : this.#hashOfNetwork(network);
    this.#gathered.push({
      at: this.#time.utcS(),
      event,
      account: account ?? "",
      session: session ?? "",
      network: hashed,
    });
    this.#cancelTimer ??= this.#time.after(GATHER_MS, () => void this.flush());
  }

  /** At most `limit` events after the number, oldest first. */
  read(after: number, limit: number): Promise<AuditRow[]> {
    return this.#database
      .selectFrom("audit_event")
      .selectAll()
      .where("number", ">", after)
      .orderBy("number")
      .limit(limit)
      .execute();
  }

  /** The number that the newest event was given, also when its row is gone; 0 before the first. */
  async lastNumber(): Promise<number> {
    const row = this.#database.selectFrom("sqlite_sequence").select("seq").where("name", "=", "audit_event");
    return (await row.executeTakeFirst())?.seq ?? 0;
  }

  /** Writes what is gathered; false when some of it is not on disk and waits for the next write. */
  async flush(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
    return this.#gathered.length === 0;
  }

  async #write(): Promise<void> {
    const events = this.#gathered;
    this.#gathered = [];
    if (events.length === 0) return;
    try {
      await this.#database.transaction().execute((transaction) => this.#append(transaction, events));
    } catch (error) {
      this.#gathered = [...events, ...this.#gathered];
      this.#failed(error);
    }
  }

  async #append(transaction: Kysely<AuthTables>, events: readonly UnchainedEvent[]): Promise<void> {
    const last = await transaction
      .selectFrom("audit_event")
      .select("hash")
      .orderBy("number", "desc")
      .limit(1)
      .executeTakeFirst();
    let previous = last?.hash ?? "";
    for (const event of events) {
      const row = { ...event, previous, hash: hashOf(event, previous) };
      await transaction.insertInto("audit_event").values(row).execute();
      previous = row.hash;
    }
  }

  #hashOfNetwork(network: string): string {
    return Buffer.from(this.#keys.mac("audit-network", network)).toString("hex", 0, 8);
  }
}

function hashOf(row: UnchainedEvent, previous: string): string {
  const { at, event, account, session, network } = row;
  return createHash("sha256")
    .update(JSON.stringify([previous, at, event, account, session, network]))
    .digest("hex");
}

/** Whether the rows, oldest first, are as they were written and without a gap; else the number of the first that is not. */
export function verifyAuditRows(rows: readonly AuditRow[]): "intact" | { readonly brokenAt: number } {
  let [previous, number] = [rows[0]?.previous, rows[0]?.number ?? 0];
  for (const row of rows) {
    const isNext = row.previous === previous && row.number === number;
    if (!isNext || row.hash !== hashOf(row, row.previous)) return { brokenAt: row.number };
    [previous, number] = [row.hash, row.number + 1];
  }
  return "intact";
}
