import type { Database } from "@purrimeter/database/open-database";
import type { OwnerId } from "../reading/owner-id.ts";
import { createRandomId } from "../random-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { AlertId, UnixMs } from "./alert.ts";
import { ACCOUNT_MAIL, type AlertChannelId } from "./alert-rule.ts";
import { prepareAlerts, sealAlert, type AlertContent, type NewAlert } from "./alert-rows.ts";
import { DeliveryRows } from "./delivery-rows.ts";

/** Alerts of an account in a minute that are told one by one; more are told as one of many. */
const MAX_TOLD_A_MINUTE = 20;
/** Alerts of an account in a UTC day of which rows are kept; more are only counted. */
const MAX_KEPT_A_DAY = 1_000;
/** How long what stands for many waits for more. */
const MANY_WAIT_S = 60;

const DAY_S = 86_400;

/** An alert that is ready to be told: nothing that has to wait for a key is left to be done. */
export interface ReadyAlert {
  readonly alert: NewAlert;
  /** What stands for many, should this one be too much. */
  readonly many: NewAlert;
}

/** How an alert is to be told. */
export interface Telling {
  /** Which channels; all that are active and the account's mail when undefined. */
  readonly channels: readonly AlertChannelId[] | undefined;
  readonly notBefore: UnixMs | undefined;
  readonly nowMs: UnixMs;
}

function prepare(database: Database) {
  return {
    add: prepareAlerts(database).add,
    active: database
      .prepare<[string], AlertChannelId>(
        "SELECT id FROM alert_channel WHERE owner = ? AND state = 'active' ORDER BY id",
      )
      .pluck(),
    // A stranger with many addresses can write often: what finders write has a bound of its own and leaves room for the rest. What is
    // dated after now was made while the clock was ahead.
    told: database
      .prepare<[object], number>(
        `SELECT count(*) FROM (SELECT 1 FROM alert WHERE account = @account AND created_at > @since AND created_at <= @now
         AND joined = 0 AND kind <> 'many' AND (kind = 'found') = @isFound LIMIT ${MAX_TOLD_A_MINUTE})`,
      )
      .pluck(),
    kept: database
      .prepare<[object], number>(
        `SELECT count(*) FROM (SELECT 1 FROM alert WHERE account = @account AND created_at >= @since AND created_at <= @now
         AND (kind = 'found') = @isFound LIMIT ${MAX_KEPT_A_DAY})`,
      )
      .pluck(),
    // One whose delivery has begun says how many already.
    openMany: database.prepare<[object], { id: string }>(
      `SELECT id FROM alert WHERE account = @account AND kind = 'many' AND handed_ms IS NULL AND acknowledged_at IS NULL
         AND created_at > @since AND created_at <= @now AND NOT EXISTS (SELECT 1 FROM alert_delivery d WHERE d.alert = alert.id
           AND (d.lease IS NOT NULL OR d.attempts > 0 OR d.due_ms IS NULL))
       ORDER BY sequence DESC LIMIT 1`,
    ),
    countOne: database.prepare<[string]>("UPDATE alert SET count = count + 1, read_at = NULL WHERE id = ?"),
  };
}

/** Writes alerts with their deliveries. */
export class Teller {
  readonly #keys: OwnerKeys;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #deliveries: DeliveryRows;

  constructor(database: Database, keys: OwnerKeys) {
    this.#keys = keys;
    this.#statements = prepare(database);
    this.#deliveries = new DeliveryRows(database);
  }

  /** Seals an alert for its account. Throws MissingKeyError when that cannot be. */
  async ready(content: AlertContent): Promise<ReadyAlert> {
    const key = await this.#keys.ofOwner(content.account as OwnerId);
    const { account, createdAt, facts } = content;
    const id = createRandomId<AlertId>();
    const many = { id, account, ownership: null, kind: "many", createdAt, facts: { at: facts.at } } as const;
    return { alert: sealAlert(content, key), many: { ...sealAlert(many, key), count: 1 } };
  }

  /** Only inside a transaction. */
  tell({ alert, many }: ReadyAlert, telling: Telling): void {
    const { account, created_at: now } = alert;
    const counted = { account, now, isFound: alert.kind === "found" ? 1 : 0 };
    const kept = this.#statements.kept.get({ ...counted, since: now - (now % DAY_S) }) ?? 0;
    const told = this.#statements.told.get({ ...counted, since: now - 60 }) ?? 0;
    if (kept < MAX_KEPT_A_DAY && told < MAX_TOLD_A_MINUTE) {
      this.#write(alert, telling);
      return;
    }
    if (kept < MAX_KEPT_A_DAY) this.#statements.add.run({ ...alert, joined: 1 });
    this.#join(many, telling.nowMs);
  }

  #join(many: NewAlert, nowMs: UnixMs): void {
    const { account, created_at: now } = many;
    const open = this.#statements.openMany.get({ account, now, since: now - DAY_S });
    if (open !== undefined) this.#statements.countOne.run(open.id);
    else this.#write(many, { channels: undefined, notBefore: nowMs + MANY_WAIT_S * 1_000, nowMs });
  }

  #write(alert: NewAlert, { channels, notBefore, nowMs }: Telling): void {
    this.#statements.add.run(alert);
    const { id, account, ownership, created_at: createdAt } = alert;
    const dueMs = Math.max(nowMs, notBefore ?? 0);
    for (const channel of this.#channels(account, channels))
      this.#deliveries.add({ alert: id, account, ownership, channel, dueMs, createdAt });
  }

  /** Mail when nothing else is left: an alert that goes nowhere is lost. */
  #channels(account: string, chosen: readonly AlertChannelId[] | undefined): readonly AlertChannelId[] {
    const active = [...this.#statements.active.all(account), ACCOUNT_MAIL];
    const left = chosen === undefined ? active : active.filter((id) => chosen.includes(id));
    return left.length === 0 ? [ACCOUNT_MAIL] : left;
  }
}
