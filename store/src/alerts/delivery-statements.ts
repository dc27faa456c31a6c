import type { Database } from "@purrimeter/database/open-database";
import type { AlertKind } from "./alert.ts";
import { ALERTING_SHARE } from "./alert-rows.ts";
import type { AlertChannelState } from "./alert-channel.ts";

/** A delivery that is due. */
export interface DueRow {
  readonly id: string;
  readonly account: string;
}

/** A delivery with all that it says and depends on. */
export interface DeliveryRow extends DueRow {
  readonly alert: string | null;
  readonly ownership: number | null;
  readonly channel: string;
  readonly attempts: number;
  readonly first_attempt_ms: number | null;
  readonly created_at: number;
  readonly code_key: number | null;
  readonly code: Buffer | null;
  readonly kind: AlertKind | null;
  readonly count: number | null;
  readonly told_at: number | null;
  readonly decided_ms: number | null;
  readonly sent_ms: number | null;
  readonly stored_ms: number | null;
  readonly handed_ms: number | null;
  readonly delivered_ms: number | null;
  readonly alert_key: number | null;
  readonly facts: Buffer | null;
  readonly tag: string | null;
  readonly ownership_key: number | null;
  readonly channel_version: number | null;
  readonly channel_created_at: number | null;
  readonly channel_key: number | null;
  readonly endpoint: Buffer | null;
  readonly failing_since: number | null;
  /** 1: it may be made. */
  readonly is_wanted: 0 | 1;
}

/** A channel after an attempt. */
export interface TriedChannel {
  readonly state: AlertChannelState;
  readonly failing_since: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly sealing_key: number;
  readonly sealed: Buffer;
}

/** Of an alert that is still of use: not acknowledged, of a tag that is its account's or lent to it, and not muted. */
const WANTED_ALERT = `a.id IS NOT NULL AND a.acknowledged_at IS NULL AND (d.ownership IS NULL OR (t.id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM alert_mute m WHERE m.account = d.account AND m.ownership = d.ownership
    AND (m.until IS NULL OR m.until > @now))
  AND (o.owner = d.account OR EXISTS (SELECT 1 FROM share s WHERE s.ownership = d.ownership AND s.viewer = d.account
    AND ${ALERTING_SHARE}))))`;
const IS_WANTED = `CASE WHEN d.alert IS NULL THEN c.state = 'unproved' AND c.proof_until > @now
  ELSE (d.channel = 'mail' OR coalesce(c.state = 'active', 0)) AND ${WANTED_ALERT} END`;

const ONE_SQL = `SELECT d.id, d.account, d.alert, d.ownership, d.channel, d.attempts, d.first_attempt_ms, d.created_at,
    d.sealing_key AS code_key, d.sealed AS code, a.kind, a.count, a.created_at AS told_at, a.decided_ms, a.sent_ms, a.stored_ms,
    a.handed_ms, a.delivered_ms, a.sealing_key AS alert_key, a.sealed AS facts, o.tag, o.sealing_key AS ownership_key,
    c.version AS channel_version, c.created_at AS channel_created_at, c.sealing_key AS channel_key, c.sealed AS endpoint, c.failing_since,
    coalesce(${IS_WANTED}, 0) AS is_wanted
  FROM alert_delivery d LEFT JOIN alert a ON a.id = d.alert AND a.account = d.account
    LEFT JOIN alert_channel c ON c.id = d.channel AND c.owner = d.account
    LEFT JOIN ownership o ON o.id = d.ownership LEFT JOIN tag t ON t.id = o.tag AND t.ownership = o.id
  WHERE d.id = @id`;

/** Whoever had a lease that was not ended may have made the attempt: it counts as begun. */
const MAYBE_TRIED =
  "first_attempt_ms = CASE WHEN lease IS NULL THEN first_attempt_ms ELSE coalesce(first_attempt_ms, @nowMs) END";

function prepareTaking(database: Database) {
  return {
    due: database.prepare<[object], DueRow>(
      "SELECT id, account FROM alert_delivery WHERE due_ms <= @nowMs ORDER BY due_ms LIMIT @limit",
    ),
    // Of an index: leases that are not over.
    leased: database
      .prepare<[object], number>(
        "SELECT count(*) FROM alert_delivery WHERE account = @account AND lease IS NOT NULL AND due_ms > @nowMs",
      )
      .pluck(),
    one: database.prepare<[object], DeliveryRow>(ONE_SQL),
    lease: database.prepare<[object]>(
      `UPDATE alert_delivery SET ${MAYBE_TRIED}, lease = @lease, due_ms = @untilMs WHERE id = @id AND due_ms <= @nowMs`,
    ),
    setAside: database.prepare<[object]>(
      `UPDATE alert_delivery SET ${MAYBE_TRIED}, lease = NULL, due_ms = @untilMs WHERE id = @id AND due_ms <= @nowMs`,
    ),
    defer: database.prepare<[object]>(
      "UPDATE alert_delivery SET lease = NULL, due_ms = @untilMs WHERE id = @id AND due_ms <= @nowMs",
    ),
    giveBack: database.prepare<[object]>(
      "UPDATE alert_delivery SET lease = NULL, due_ms = @untilMs WHERE id = @id AND lease = @lease AND due_ms IS NOT NULL",
    ),
    drop: database.prepare<[string]>(
      "UPDATE alert_delivery SET state = 'dropped', due_ms = NULL, lease = NULL WHERE id = ? AND due_ms IS NOT NULL",
    ),
    nextDue: database
      .prepare<[], number | null>("SELECT min(due_ms) FROM alert_delivery WHERE due_ms IS NOT NULL")
      .pluck(),
    nextEvent: database
      .prepare<[], number | null>("SELECT min(events_ms) FROM alert_state WHERE events_ms IS NOT NULL")
      .pluck(),
    nextTimer: database
      .prepare<[], number | null>("SELECT min(timer_ms) FROM alert_state WHERE timer_ms IS NOT NULL")
      .pluck(),
    waiting: database.prepare<[], { tasks: number; deliveries: number }>(
      `SELECT (SELECT count(*) FROM outbox) AS tasks,
         (SELECT count(*) FROM alert_delivery WHERE due_ms IS NOT NULL) AS deliveries`,
    ),
  };
}

function prepareFinishing(database: Database) {
  return {
    handed: database.prepare<[object]>(
      "UPDATE alert SET handed_ms = @beganMs WHERE id = @alert AND handed_ms IS NULL",
    ),
    // One without an answer may have arrived: it has begun too.
    finish: database.prepare<[object]>(
      `UPDATE alert_delivery SET state = @state, attempts = attempts + @asked, due_ms = @dueMs, lease = NULL, tls = coalesce(@tls, tls),
         error = coalesce(@error, error), first_attempt_ms = coalesce(first_attempt_ms, @beganMs),
         sealing_key = CASE WHEN @dueMs IS NULL THEN NULL ELSE sealing_key END,
         sealed = CASE WHEN @dueMs IS NULL THEN NULL ELSE sealed END
       WHERE id = @id AND lease = @lease`,
    ),
    delivered: database.prepare<[object]>(
      "UPDATE alert SET delivered_ms = coalesce(delivered_ms, @atMs) WHERE id = @alert",
    ),
    channel: database.prepare<[object], TriedChannel>(
      `SELECT state, failing_since, version, created_at, sealing_key, sealed FROM alert_channel
       WHERE id = @channel AND owner = @account`,
    ),
    tried: database.prepare<[object]>(
      "UPDATE alert_channel SET tried_ms = @nowMs, error = @error, tls = @tls WHERE id = @channel AND owner = @account",
    ),
    setChannel: database.prepare<[object]>(
      "UPDATE alert_channel SET state = @state, failing_since = @since WHERE id = @channel AND owner = @account",
    ),
  };
}

/** The statements by which deliveries are taken and finished: prepared once. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the statements say their types
export function prepareDeliveries(database: Database) {
  return { ...prepareTaking(database), ...prepareFinishing(database) };
}

export type DeliveryStatements = ReturnType<typeof prepareDeliveries>;
