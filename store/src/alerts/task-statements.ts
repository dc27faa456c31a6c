import type { Database } from "@purrimeter/database/open-database";
import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import { ALERTING_SHARE } from "./alert-rows.ts";
import type { OutboxKind } from "./alert-work.ts";

/** An event as the outbox has it. */
export interface OutboxRow {
  readonly id: number;
  readonly kind: OutboxKind;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
  readonly created_at: number;
  readonly received_at_ms: number | null;
  readonly subject: string | null;
  readonly sealing_key: number | null;
  readonly sealed: Buffer | null;
}

/** Whose turn it is. */
export interface TurnRow {
  readonly ownership: number;
  readonly events_ms: number | null;
  readonly timer_ms: number | null;
  readonly held_until_ms: number;
  readonly due_at: number | null;
  readonly attempts: number;
  readonly changed_at: number;
  readonly sealing_key: number | null;
  readonly sealed: Buffer | null;
}

/** The ownership that is judged. */
export interface JudgedRow {
  readonly id: number;
  readonly tag: string;
  readonly owner: string;
  readonly sealing_key: number;
  readonly name: Buffer;
  readonly started_at: number;
  readonly last_heard_at: number | null;
  readonly battery_percent: number | null;
  readonly status_at: number | null;
}

export interface NamedRow {
  readonly id: string;
  readonly owner: string;
  readonly version: number;
  readonly changed_at: number;
  readonly sealing_key: number;
  readonly sealed: Buffer;
}

interface CommandRow {
  readonly id: number;
  readonly kind: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly outcome: AnswerOutcome | null;
}

interface ShareNameRow {
  readonly created_at: number;
  readonly sealing_key: number;
  readonly name: Buffer;
}

const GEOFENCE_COLUMNS = "g.id, g.owner, g.version, g.changed_at, g.sealing_key, g.sealed";

function prepareTurns(database: Database) {
  return {
    withEvents: database.prepare<[object], TurnRow>(
      "SELECT * FROM alert_state WHERE events_ms <= @nowMs ORDER BY events_ms LIMIT @limit",
    ),
    withTimers: database.prepare<[object], TurnRow>(
      "SELECT * FROM alert_state WHERE timer_ms <= @nowMs ORDER BY timer_ms LIMIT @limit",
    ),
    turn: database.prepare<[number], TurnRow>("SELECT * FROM alert_state WHERE ownership = ?"),
    isPresent: database.prepare<[number]>("SELECT 1 FROM tag WHERE ownership = ?"),
    firstEvent: database.prepare<[number], OutboxRow>(
      "SELECT * FROM outbox WHERE ownership = ? ORDER BY id LIMIT 1",
    ),
    hold: database.prepare<[object]>(
      `UPDATE alert_state SET lease = @lease, asked = 0, held_until_ms = @untilMs, events_ms = max(events_ms, @untilMs),
         timer_ms = max(timer_ms, @untilMs) WHERE ownership = @ownership`,
    ),
    postpone: database.prepare<[object]>(
      `UPDATE alert_state SET lease = NULL, attempts = attempts + 1, held_until_ms = @untilMs,
         events_ms = CASE WHEN events_ms IS NULL THEN NULL ELSE @untilMs END,
         timer_ms = CASE WHEN due_at IS NULL THEN NULL ELSE max(due_at * 1000, @untilMs) END
       WHERE ownership = @ownership AND lease = @lease`,
    ),
    // What is said to wait does not: the turn is put right.
    settle: database.prepare<[object]>(
      `UPDATE alert_state SET lease = NULL, held_until_ms = 0, timer_ms = due_at * 1000,
         events_ms = CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE outbox.ownership = @ownership) THEN @nowMs END
       WHERE ownership = @ownership`,
    ),
    removeTurn: database.prepare<[number]>("DELETE FROM alert_state WHERE ownership = ?"),
    removeEvents: database.prepare<[number]>("DELETE FROM outbox WHERE ownership = ?"),
    removeEvent: database.prepare<[number]>("DELETE FROM outbox WHERE id = ?"),
    holds: database.prepare<[object]>(
      "SELECT 1 FROM alert_state WHERE ownership = @ownership AND lease = @lease",
    ),
    keep: database.prepare<[object]>(
      `UPDATE alert_state SET attempts = 0, due_at = CASE WHEN asked = 1 THEN due_at ELSE @dueAt END, changed_at = @changedAt, sealing_key = @key, sealed = @sealed
       WHERE ownership = @ownership`,
    ),
  };
}

function prepareJudging(database: Database) {
  return {
    judged: database.prepare<[number], JudgedRow>(
      `SELECT o.id, o.tag, o.owner, o.sealing_key, o.name, o.started_at, p.last_heard_at, p.battery_percent, s.at AS status_at
       FROM ownership o JOIN tag t ON t.id = o.tag AND t.ownership = o.id LEFT JOIN tag_progress p ON p.ownership = o.id
       LEFT JOIN tag_status s ON s.tag = o.tag WHERE o.id = ?`,
    ),
    geofence: database.prepare<[string, string], NamedRow>(
      `SELECT ${GEOFENCE_COLUMNS} FROM geofence g WHERE g.id = ? AND g.owner = ?`,
    ),
    geofences: database.prepare<[number], NamedRow>(
      `SELECT ${GEOFENCE_COLUMNS} FROM assignment a JOIN geofence g ON g.id = a.geofence
       WHERE a.ownership = ? AND a.until_version IS NULL AND g.deleted_at IS NULL ORDER BY a.ref`,
    ),
    viewers: database
      .prepare<[object], string>(
        `SELECT DISTINCT s.viewer FROM share s WHERE s.ownership = @ownership AND s.viewer IS NOT NULL AND ${ALERTING_SHARE}
         ORDER BY s.viewer`,
      )
      .pluck(),
    // Those who may be told of something that happened then, and have not muted the tag; of whatever time when @at is null.
    viewersOf: database
      .prepare<[object], string>(
        `SELECT DISTINCT s.viewer FROM share s WHERE s.ownership = @ownership AND s.viewer IS NOT NULL AND ${ALERTING_SHARE}
           AND (@at IS NULL OR @at >= CASE s.kind WHEN 'history' THEN s.history_from ELSE s.accepted_at END)
           AND NOT EXISTS (SELECT 1 FROM alert_mute m WHERE m.account = s.viewer AND m.ownership = s.ownership
             AND (m.until IS NULL OR m.until > @now))
         ORDER BY s.viewer`,
      )
      .pluck(),
    untold: database
      .prepare<[object], string>(
        `SELECT d.alert FROM alert_delivery d WHERE d.ownership = @ownership AND d.due_ms IS NOT NULL AND d.account = @owner
         GROUP BY d.alert HAVING max(d.first_attempt_ms IS NOT NULL OR d.lease IS NOT NULL OR d.is_snoozed) = 0
         AND NOT EXISTS (SELECT 1 FROM alert_delivery e WHERE e.alert = d.alert AND e.first_attempt_ms IS NOT NULL)`,
      )
      .pluck(),
    share: database.prepare<[string, number], ShareNameRow>(
      "SELECT created_at, sealing_key, name FROM share WHERE id = ? AND ownership = ?",
    ),
    muted: database.prepare<[object], { until: number | null }>(
      `SELECT until FROM alert_mute WHERE account = @owner AND ownership = @ownership AND (until IS NULL OR until > @now)`,
    ),
    commands: database.prepare<[object], CommandRow>(
      `SELECT c.id, c.kind, c.created_at, c.expires_at, (SELECT a.outcome FROM command_answer a
         WHERE a.ownership = c.ownership AND a.command = c.id ORDER BY a.recorded_at DESC, a.number DESC LIMIT 1) AS outcome
       FROM command c WHERE c.ownership = @ownership AND (c.state IN ('pending', 'sent') OR c.expires_at > @since
         OR c.created_at > @since) ORDER BY c.created_at, c.id`,
    ),
  };
}

/** The statements by which tasks are taken, filled and concluded: prepared once. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the statements say their types
export function prepareTasks(database: Database) {
  return { ...prepareTurns(database), ...prepareJudging(database) };
}

export type TaskStatements = ReturnType<typeof prepareTasks>;
