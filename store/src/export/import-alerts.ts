import type { KeyObject } from "node:crypto";
import type { Database } from "@purrimeter/database/open-database";
import { MAX_ALERT_CHANNELS, type AlertEndpoint } from "../alerts/alert-channel.ts";
import { MAX_ALERT_RULES } from "../alerts/alert-rule.ts";
import { createWebhookSecrets, sealChannel } from "../alerts/channel-rows.ts";
import { sealRule } from "../alerts/rule-rows.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { ImportedChannel, OwnerSource } from "../reading/owner-source.ts";
import { insertRow } from "./insert-row.ts";

/** Whose rows are imported, and with which key. */
export interface AlertsImport {
  readonly database: Database;
  readonly owner: OwnerId;
  readonly own: { readonly id: number; readonly key: KeyObject };
}

/** How an account is told: only inside the transaction of the import. What the account has said here already stays. */
export function importAlerts(into: AlertsImport, { rules, channels, preferences }: OwnerSource): void {
  const { database, owner, own } = into;
  const has = (table: "alert_channel" | "alert_rule" | "owner_preference"): boolean =>
    database.prepare(`SELECT 1 FROM ${table} WHERE owner = ?`).get(owner) !== undefined;
  if (preferences !== undefined && !has("owner_preference"))
    insertRow(database, "owner_preference", {
      ...{ owner, language: preferences.language, time_zone: preferences.timeZone },
    });
  if (!has("alert_rule"))
    for (const { id, changed_at, rule } of rules.slice(0, MAX_ALERT_RULES))
      insertRow(database, "alert_rule", { ...sealRule(owner, id, rule, changed_at, own) });
  if (has("alert_channel")) return;
  for (const channel of channels.slice(0, MAX_ALERT_CHANNELS)) addChannel(into, channel);
}

/** It has to be proved again: an archive is no proof of having an endpoint. One whose id is taken here is left out. */
function addChannel({ database, owner, own }: AlertsImport, channel: ImportedChannel): void {
  const { id, created_at, name, endpoint } = channel;
  if (database.prepare("SELECT 1 FROM alert_channel WHERE id = ?").get(id) !== undefined) return;
  const head = { id, owner, version: 1, created_at };
  const sealed = sealChannel(head, { name, endpoint: complete(endpoint) }, own);
  const row = { ...head, kind: endpoint.kind, state: "unproved", sealing_key: own.id, sealed };
  insertRow(database, "alert_channel", row);
}

function complete(endpoint: ImportedChannel["endpoint"]): AlertEndpoint {
  if (endpoint.kind !== "webhook") return endpoint;
  const { secret, key } = createWebhookSecrets();
  return { ...endpoint, secrets: [secret], keys: [key] };
}
