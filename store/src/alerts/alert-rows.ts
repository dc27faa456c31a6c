import type { KeyObject } from "node:crypto";
import type { Database } from "@purrimeter/database/open-database";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type {
  Alert,
  AlertDelivery,
  AlertFacts,
  AlertId,
  AlertKind,
  AlertStages,
  DeliveryState,
} from "./alert.ts";
import type { AlertChannelId, AlertRuleId } from "./alert-rule.ts";
import { openForAccount, sealForAccount } from "./seal-account.ts";

/** An alert as it is written. */
export interface NewAlert {
  readonly id: string;
  readonly account: string;
  readonly ownership: number | null;
  readonly kind: AlertKind;
  readonly rule: string | null;
  readonly origin: string | null;
  readonly joined: 0 | 1;
  readonly count: number | null;
  readonly created_at: number;
  readonly decided_ms: number | null;
  readonly sent_ms: number | null;
  readonly stored_ms: number | null;
  readonly sealing_key: number;
  readonly sealed: Buffer;
}

/** An alert as it is read, with its tag. */
export interface AlertRow extends NewAlert {
  readonly sequence: number;
  readonly handed_ms: number | null;
  readonly delivered_ms: number | null;
  readonly read_at: number | null;
  readonly acknowledged_at: number | null;
  readonly snoozed_until: number | null;
  readonly tag: string | null;
}

interface DeliveryRow {
  readonly channel: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly error: string | null;
  readonly tls: string | null;
  readonly due_ms: number | null;
}

/** A share that lets its viewer be alerted, of a tag that is still the owner's. `s.` is the share. Parameter: @now. */
export const ALERTING_SHARE = "s.alerts = 1 AND (s.ends_at IS NULL OR s.ends_at > @now)";

/** Alerts that the account may see: not of a tag that its owner shows no more. `a.` is the alert, `o.` its ownership. */
const VISIBLE = `(a.ownership IS NULL OR o.owner = a.account OR EXISTS (
  SELECT 1 FROM share s JOIN tag t ON t.id = o.tag AND t.ownership = o.id
  WHERE s.ownership = a.ownership AND s.viewer = a.account AND ${ALERTING_SHARE}))`;

const FROM = "FROM alert a LEFT JOIN ownership o ON o.id = a.ownership";

/** Which alerts of a page. */
interface Wanted {
  readonly account: string;
  readonly now: number;
  readonly sequence: number;
  readonly tag: string | null;
  readonly limit: number;
}

function prepareList(database: Database, order: "ASC" | "DESC", onlyUnread: boolean) {
  const beyond = order === "ASC" ? "a.sequence > @sequence" : "a.sequence < @sequence";
  const unread = onlyUnread ? "AND a.read_at IS NULL" : "";
  const where = `WHERE a.account = @account ${unread} AND ${beyond}`;
  const rest = `AND (@tag IS NULL OR o.tag = @tag) AND ${VISIBLE}`;
  const end = `ORDER BY a.sequence ${order} LIMIT @limit`;
  return {
    all: database.prepare<[Wanted], AlertRow>(`SELECT a.*, o.tag ${FROM} ${where} ${rest} ${end}`),
    // Of an index: no row is read.
    ids: database.prepare<[Wanted], number>(`SELECT a.sequence FROM alert a ${where} ${end}`).pluck(),
    one: database.prepare<[Wanted & { one: number }], AlertRow>(
      `SELECT a.*, o.tag ${FROM} ${where} ${rest} AND a.sequence = @one`,
    ),
  };
}

/** Unread alerts are counted so far. */
const MAX_UNREAD = 1_000;

// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the statements say their types
export function prepareAlerts(database: Database) {
  return {
    ascending: prepareList(database, "ASC", false),
    descending: prepareList(database, "DESC", false),
    ascendingUnread: prepareList(database, "ASC", true),
    descendingUnread: prepareList(database, "DESC", true),
    one: database.prepare<[{ account: string; id: string; now: number }], AlertRow>(
      `SELECT a.*, o.tag ${FROM} WHERE a.id = @id AND a.account = @account AND ${VISIBLE}`,
    ),
    unread: database
      .prepare<[{ account: string; now: number }], number>(
        `SELECT count(*) FROM (SELECT 1 ${FROM} WHERE a.account = @account AND a.read_at IS NULL AND ${VISIBLE} LIMIT ${MAX_UNREAD})`,
      )
      .pluck(),
    deliveries: database.prepare<[string], DeliveryRow>(
      `SELECT channel, state, attempts, error, tls, due_ms FROM alert_delivery WHERE alert = ?
       ORDER BY created_at, is_snoozed, channel = 'mail', channel`,
    ),
    add: database.prepare<[NewAlert]>(
      `INSERT INTO alert (id, account, ownership, kind, rule, origin, joined, count, created_at, decided_ms, sent_ms, stored_ms,
         sealing_key, sealed)
       VALUES (@id, @account, @ownership, @kind, @rule, @origin, @joined, @count, @created_at, @decided_ms, @sent_ms,
         @stored_ms, @sealing_key, @sealed)`,
    ),
  };
}

/** What a new alert says. */
export interface AlertContent {
  readonly id: AlertId;
  readonly account: string;
  readonly ownership: number | null;
  readonly kind: AlertKind;
  readonly rule?: AlertRuleId | undefined;
  readonly origin?: AlertId | undefined;
  readonly createdAt: number;
  readonly facts: AlertFacts;
  readonly stages?: Pick<AlertStages, "decidedAt" | "sentAt" | "storedAt"> | undefined;
}

/** The row of a new alert, sealed under its account's key. */
export function sealAlert(
  { id, account, ownership, kind, rule, origin, createdAt, facts, stages }: AlertContent,
  { id: keyId, key }: { readonly id: number; readonly key: KeyObject },
): NewAlert {
  const sealed = sealForAccount({ account, id, keyId, ownership }, key, placeOf(createdAt), facts);
  return {
    ...{ id, account, ownership, kind, rule: rule ?? null, origin: origin ?? null, joined: 0, count: null },
    ...{ created_at: createdAt, decided_ms: stages?.decidedAt ?? null, sent_ms: stages?.sentAt ?? null },
    ...{ stored_ms: stages?.storedAt ?? null, sealing_key: keyId, sealed },
  };
}

/** What an alert says; undefined when it does not open. */
export function openAlert(
  row: Pick<
    NewAlert,
    "id" | "account" | "ownership" | "kind" | "count" | "created_at" | "sealing_key" | "sealed"
  >,
  key: KeyObject | undefined,
): AlertFacts | undefined {
  const thing = { account: row.account, id: row.id, keyId: row.sealing_key, ownership: row.ownership };
  const facts = openForAccount(thing, key, placeOf(row.created_at), row.sealed) as AlertFacts | undefined;
  return facts !== undefined && row.kind === "many" ? { ...facts, count: row.count ?? 0 } : facts;
}

function placeOf(at: number) {
  return { kind: "alert", epoch: 0, number: 0, at } as const;
}

export function stagesOf(
  row: Pick<AlertRow, "decided_ms" | "sent_ms" | "stored_ms" | "handed_ms" | "delivered_ms">,
): AlertStages {
  return {
    decidedAt: row.decided_ms ?? undefined,
    sentAt: row.sent_ms ?? undefined,
    storedAt: row.stored_ms ?? undefined,
    handedAt: row.handed_ms ?? undefined,
    deliveredAt: row.delivered_ms ?? undefined,
  };
}

/** The alert as its account reads it. */
export async function toAlert(
  row: AlertRow,
  keys: Pick<OwnerKeys, "find">,
  statements: Pick<ReturnType<typeof prepareAlerts>, "deliveries">,
): Promise<Alert> {
  const facts = openAlert(row, await keys.find(row.sealing_key));
  const seconds = (at: number | null) => (at ?? undefined) as UnixSeconds | undefined;
  return {
    id: row.id as AlertId,
    sequence: row.sequence,
    kind: row.kind,
    rule: (row.rule ?? undefined) as AlertRuleId | undefined,
    tag: (row.tag ?? undefined) as TagId | undefined,
    createdAt: row.created_at as UnixSeconds,
    facts,
    stages: stagesOf(row),
    deliveries: unlessCorrupt(() => statements.deliveries.all(row.id), []).map(toDelivery),
    readAt: seconds(row.read_at),
    acknowledgedAt: seconds(row.acknowledged_at),
    snoozedUntil: seconds(row.snoozed_until),
  };
}

function toDelivery(row: DeliveryRow): AlertDelivery {
  return {
    channel: row.channel as AlertChannelId,
    state: row.state,
    attempts: row.attempts,
    lastError: row.error ?? undefined,
    tls: row.tls ?? undefined,
    nextAt: row.due_ms ?? undefined,
  };
}
