import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { Alert, AlertId } from "./alert.ts";
import { prepareAlerts, toAlert, type AlertRow } from "./alert-rows.ts";
import type { AlertRange, AlertsView, Mute } from "./alerts-view.ts";
import { DeliveryRows } from "./delivery-rows.ts";

type AlertChange = Parameters<AlertsView["markAlert"]>[1];

/** What alerts of accounts are read and marked with. */
export interface OwnedAlertsParts {
  readonly database: Database;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

function prepare(database: Database) {
  return {
    ...prepareAlerts(database),
    mark: database.prepare<[object]>(
      `UPDATE alert SET read_at = @readAt, acknowledged_at = @acknowledgedAt, snoozed_until = @snoozedUntil
       WHERE id = @id AND account = @account`,
    ),
    markAll: database.prepare<[object]>(
      "UPDATE alert SET read_at = @now WHERE account = @account AND read_at IS NULL AND sequence <= @through",
    ),
    dropSnoozed: database.prepare<[string]>(
      "DELETE FROM alert_delivery WHERE alert = ? AND is_snoozed = 1 AND first_attempt_ms IS NULL AND lease IS NULL",
    ),
    /** The ownership of a tag that the account has or is alerted of. */
    muteable: database.prepare<[object], { id: number }>(
      `SELECT o.id FROM tag t JOIN ownership o ON o.id = t.ownership WHERE t.id = @tag AND (o.owner = @account OR EXISTS (
         SELECT 1 FROM share s WHERE s.ownership = o.id AND s.viewer = @account AND (s.ends_at IS NULL OR s.ends_at > @now)))`,
    ),
    mute: database.prepare<[object]>(
      `INSERT INTO alert_mute (account, ownership, until) VALUES (@account, @ownership, @until)
       ON CONFLICT (account, ownership) DO UPDATE SET until = @until`,
    ),
    unmute: database.prepare<[object]>(
      "DELETE FROM alert_mute WHERE account = @account AND ownership = @ownership",
    ),
    muted: database.prepare<[object], { until: number | null }>(
      `SELECT until FROM alert_mute WHERE account = @account AND ownership = @ownership AND (until IS NULL OR until > @now)`,
    ),
  };
}

/** Alerts as those read and mark them who were told. Each call names the account. */
export class OwnedAlerts {
  readonly #parts: OwnedAlertsParts;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #deliveries: DeliveryRows;

  constructor(parts: OwnedAlertsParts) {
    this.#parts = parts;
    this.#statements = prepare(parts.database);
    this.#deliveries = new DeliveryRows(parts.database);
  }

  async list(account: OwnerId, range: AlertRange): ReturnType<AlertsView["alerts"]> {
    const { trail, now } = this.#parts;
    trail.read({ kind: "alerts", actor: account, account, tag: range.tag ?? "" });
    const rows = this.#rows(account, range);
    const items: Alert[] = [];
    for (const row of rows.slice(0, range.limit)) items.push(await this.#toAlert(row));
    const unread = this.#statements.unread.get({ account, now: now() }) ?? 0;
    return { items, hasMore: rows.length > range.limit, unread };
  }

  async get(account: OwnerId, id: AlertId): Promise<Alert | "not-found"> {
    const row = this.#row(account, id);
    if (row === undefined) return "not-found";
    this.#parts.trail.read({ kind: "alerts", actor: account, account, tag: row.tag ?? "" });
    return this.#toAlert(row);
  }

  async mark(account: OwnerId, id: AlertId, change: AlertChange): Promise<Alert | "not-found"> {
    const found = this.#parts.writes.run(() => {
      const row = this.#row(account, id);
      if (row !== undefined) this.#mark(row, change);
      return row !== undefined;
    });
    const row = found ? this.#row(account, id) : undefined;
    return row === undefined ? "not-found" : this.#toAlert(row);
  }

  markAllRead(account: OwnerId, through: number): void {
    const now = this.#parts.now();
    this.#parts.writes.run(() => this.#statements.markAll.run({ account, through, now }));
  }

  mute(account: OwnerId, tag: TagId, until: Mute | undefined): "muted" | "not-found" {
    const { trail, writes } = this.#parts;
    return writes.run(() => {
      const ownership = this.#muteable(account, tag);
      if (ownership === undefined) return "not-found";
      const rowUntil = until === "for-ever" ? null : until;
      if (rowUntil === undefined) this.#statements.unmute.run({ account, ownership });
      else this.#statements.mute.run({ account, ownership, until: rowUntil });
      const { owner } = trail.ownerOf(ownership);
      trail.record({ event: "alerts.muted", actor: account, account: owner, subject: tag });
      return "muted";
    });
  }

  mutedUntil(account: OwnerId, tag: TagId): Mute | undefined | "not-found" {
    const ownership = this.#muteable(account, tag);
    return ownership === undefined ? "not-found" : this.mutedOf(account, ownership);
  }

  /** Until when the account wants to hear nothing of an ownership. */
  mutedOf(account: string, ownership: number): Mute | undefined {
    const row = this.#statements.muted.get({ account, ownership, now: this.#parts.now() });
    return row === undefined ? undefined : ((row.until ?? "for-ever") as Mute);
  }

  #muteable(account: OwnerId, tag: TagId): number | undefined {
    return this.#statements.muteable.get({ account, tag, now: this.#parts.now() })?.id;
  }

  #rows(account: OwnerId, { before, after, onlyUnread, tag, limit }: AlertRange): AlertRow[] {
    const { ascending, ascendingUnread, descending, descendingUnread } = this.#statements;
    const up = onlyUnread === true ? ascendingUnread : ascending;
    const down = onlyUnread === true ? descendingUnread : descending;
    const { all, ids, one } = after === undefined ? down : up;
    const sequence = after ?? before ?? Number.MAX_SAFE_INTEGER;
    const wanted = { account, now: this.#parts.now(), sequence, tag: tag ?? null, limit: limit + 1 };
    const rows = allReadable({
      all: () => all.all(wanted),
      ids: () => ids.all(wanted),
      one: (id) => one.get({ ...wanted, one: id }),
    });
    return rows.filter((row) => !isLost(row)) as AlertRow[];
  }

  #row(account: OwnerId, id: AlertId): AlertRow | undefined {
    return this.#statements.one.get({ account, id, now: this.#parts.now() });
  }

  #toAlert(row: AlertRow): Promise<Alert> {
    return toAlert(row, this.#parts.keys, this.#statements);
  }

  #mark(row: AlertRow, { isRead, isAcknowledged, snoozedUntil }: AlertChange): void {
    const now = this.#parts.now();
    const acknowledgedAt = marked(row.acknowledged_at, isAcknowledged, now);
    const isSeen = acknowledgedAt !== null && row.acknowledged_at === null;
    const readAt = isSeen ? (row.read_at ?? now) : marked(row.read_at, isRead, now);
    const until =
      acknowledgedAt !== null ? null : snoozedUntil === undefined ? row.snoozed_until : snoozedUntil;
    const { id, account } = row;
    this.#statements.mark.run({ id, account, readAt, acknowledgedAt, snoozedUntil: until });
    if (acknowledgedAt !== null) this.#deliveries.dropOfAlert(id);
    else if (until !== row.snoozed_until) this.#snooze(row, until);
  }

  /** It is told again over the channels of the first time, as messages of their own. */
  #snooze({ id, account, ownership }: AlertRow, until: number | null): void {
    const channels = this.#deliveries.channelsOf(id);
    this.#statements.dropSnoozed.run(id);
    if (until === null) return;
    this.#deliveries.dropOfAlert(id);
    const createdAt = this.#parts.now();
    for (const channel of channels)
      this.#deliveries.add({
        ...{ alert: id, account, ownership, channel, createdAt, dueMs: until * 1_000, isSnoozed: true },
      });
  }
}

function marked(before: number | null, isMarked: boolean | undefined, now: number): number | null {
  if (isMarked === undefined) return before;
  return isMarked ? (before ?? now) : null;
}
