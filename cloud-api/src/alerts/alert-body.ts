import type { z } from "@hono/zod-openapi";
import { alertText } from "@purrimeter/alerts/alert-text";
import { degreesFromE7 } from "@purrimeter/protocol/values";
import type { Alert, AlertDelivery, AlertFacts, AlertPreferences, UnixMs } from "@purrimeter/store/alert";
import { timeOrNull } from "../lists/nullable-time.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import type { alertSchema } from "./alert-schema.ts";

/** How an alert is shown. */
export interface AlertReader {
  readonly preferences: AlertPreferences;
  /** Whether who asks may see where that tag was. */
  readonly maySeePlace: (alert: Alert) => boolean;
}

type AlertBody = z.infer<typeof alertSchema>;

function msOrNull(at: UnixMs | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function stagesBody({
  decidedAt,
  sentAt,
  storedAt,
  handedAt,
  deliveredAt,
}: Alert["stages"]): AlertBody["stages"] {
  return {
    decidedAt: msOrNull(decidedAt),
    sentAt: msOrNull(sentAt),
    storedAt: msOrNull(storedAt),
    handedAt: msOrNull(handedAt),
    deliveredAt: msOrNull(deliveredAt),
  };
}

function deliveryBody({ channel, state, attempts, lastError, tls, nextAt }: AlertDelivery) {
  const seconds = nextAt === undefined ? null : `${new Date(nextAt).toISOString().slice(0, 19)}Z`;
  return { channel, state, attempts, lastError: lastError ?? null, tls: tls ?? null, nextAt: seconds };
}

function placeBody(place: AlertFacts["place"]): AlertBody["place"] {
  if (place === undefined) return null;
  const { latE7, lonE7, accuracyDm } = place;
  return { lat: degreesFromE7(latE7), lon: degreesFromE7(lonE7), accuracyM: accuracyDm / 10 };
}

/** What is said to a person; nothing of facts that cannot be read. */
function textBody({ kind, createdAt, facts }: Alert, preferences: AlertPreferences) {
  if (facts === undefined) return { title: null, text: null, unreadable: true as const };
  const { title, text } = alertText({ kind, createdAt, facts }, preferences);
  return { title, text };
}

function whereBody({ tagName, geofence, evidence }: Partial<AlertFacts>) {
  return {
    tagName: tagName ?? null,
    geofence: geofence === undefined ? null : { id: geofence.id, name: geofence.name ?? null },
    evidence: evidence === undefined ? null : { ...evidence },
  };
}

function circumstancesBody({ isLate, isDoubted, batteryPercent, lastHeardAt, count }: Partial<AlertFacts>) {
  return {
    late: isLate ?? false,
    doubted: isDoubted ?? false,
    battery: batteryPercent ?? null,
    lastHeardAt: timeOrNull(lastHeardAt),
    count: count ?? null,
  };
}

/** An alert as the account reads it that was told. */
export function alertBody(alert: Alert, { preferences, maySeePlace }: AlertReader): AlertBody {
  const facts: Partial<AlertFacts> = alert.facts ?? {};
  return {
    id: alert.id,
    kind: alert.kind,
    rule: alert.rule ?? null,
    tag: alert.tag ?? null,
    ...whereBody(facts),
    at: rfc3339(facts.at ?? alert.createdAt),
    ...textBody(alert, preferences),
    ...circumstancesBody(facts),
    place: maySeePlace(alert) ? placeBody(facts.place) : null,
    stages: stagesBody(alert.stages),
    deliveries: alert.deliveries.map(deliveryBody),
    createdAt: rfc3339(alert.createdAt),
    readAt: timeOrNull(alert.readAt),
    acknowledgedAt: timeOrNull(alert.acknowledgedAt),
    snoozedUntil: timeOrNull(alert.snoozedUntil),
  };
}
