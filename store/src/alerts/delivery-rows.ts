import type { Database } from "@purrimeter/database/open-database";
import { createRandomId } from "../random-id.ts";
import type { UnixMs } from "./alert.ts";

/** A delivery that is to be made. */
export interface NewDelivery {
  /** undefined: a proof of the channel. */
  readonly alert: string | undefined;
  readonly account: string;
  readonly ownership: number | null;
  readonly channel: string;
  readonly dueMs: UnixMs;
  /** Seconds of UTC. */
  readonly createdAt: number;
  readonly isSnoozed?: boolean;
  /** Of a proof. */
  readonly code?: { readonly id: string; readonly key: number; readonly sealed: Buffer };
}

/** Not one that is under way: what becomes of it is kept, and it is not tried again. */
const DROP = `UPDATE alert_delivery SET state = 'dropped', due_ms = NULL, sealing_key = NULL, sealed = NULL
  WHERE due_ms IS NOT NULL AND lease IS NULL`;

function prepare(database: Database) {
  return {
    add: database.prepare<[object]>(
      `INSERT INTO alert_delivery (id, alert, account, ownership, channel, state, due_ms, created_at, is_snoozed, sealing_key, sealed)
       VALUES (@id, @alert, @account, @ownership, @channel, 'waiting', @dueMs, @createdAt, @isSnoozed, @key, @sealed)`,
    ),
    dropOfAlert: database.prepare<[string]>(`${DROP} AND alert = ?`),
    dropOfChannel: database.prepare<[string]>(`${DROP} AND channel = ?`),
    dropUnbegun: database.prepare<[{ alert: string; ownership: number }]>(
      `${DROP} AND first_attempt_ms IS NULL AND ownership = @ownership
       AND alert IN (SELECT id FROM alert WHERE id = @alert UNION ALL SELECT id FROM alert WHERE origin = @alert)`,
    ),
    removeProofs: database.prepare<[string, string]>(
      "DELETE FROM alert_delivery WHERE account = ? AND channel = ? AND alert IS NULL",
    ),
    channelsOf: database
      .prepare<[string], string>(
        "SELECT DISTINCT channel FROM alert_delivery WHERE alert = ? ORDER BY channel",
      )
      .pluck(),
  };
}

/** Deliveries as the owners' side and the rules make and end them. Only inside a transaction. */
export class DeliveryRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  add({ alert, account, ownership, channel, dueMs, createdAt, isSnoozed, code }: NewDelivery): void {
    this.#statements.add.run({
      ...{
        id: code?.id ?? createRandomId(),
        alert: alert ?? null,
        account,
        ownership,
        channel,
        dueMs,
        createdAt,
      },
      ...{ isSnoozed: isSnoozed === true ? 1 : 0, key: code?.key ?? null, sealed: code?.sealed ?? null },
    });
  }

  /** What of the alert still waits is told no more. */
  dropOfAlert(alert: string): void {
    this.#statements.dropOfAlert.run(alert);
  }

  dropOfChannel(channel: string): void {
    this.#statements.dropOfChannel.run(channel);
  }

  /** Another alert tells more: what of this one, and of its copies for viewers, has not begun is dropped. */
  dropUnbegun(alert: string, ownership: number): void {
    this.#statements.dropUnbegun.run({ alert, ownership });
  }

  removeProofs(account: string, channel: string): void {
    this.#statements.removeProofs.run(account, channel);
  }

  /** Over which channels the alert was or is told. */
  channelsOf(alert: string): readonly string[] {
    return this.#statements.channelsOf.all(alert);
  }
}
