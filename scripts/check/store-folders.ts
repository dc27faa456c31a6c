import type { FolderRules } from "./house-shape.ts";

/** Values and ports that carry no statement: what a subject shows to the others. */
const GEOFENCE = ["src/geofences/geofence.ts"];
const ALERT_VALUES = ["src/alerts/alert.ts", "src/alerts/alert-channel.ts", "src/alerts/alert-rule.ts"];
const ALERT_PORTS = ["src/alerts/alert-work.ts", "src/alerts/alerts-view.ts", ...ALERT_VALUES];
const COMMAND = ["src/commands/command.ts", "src/tags/clock-refusal.ts"];
const VIEW_VALUES = ["src/reading/geofence-event.ts", "src/reading/location.ts", "src/reading/page*.ts"];
const LIVE_NEWS = ["src/live/live-news.ts", "src/tags/owned-tag.ts"];
const PORTS = [
  ...["src/lost/lost-mode.ts", "src/lost/too-old-for-lost.ts"],
  ...[...GEOFENCE, ...ALERT_PORTS, ...COMMAND, ...VIEW_VALUES, ...LIVE_NEWS],
];
const BASE = [
  ...["src/random-id.ts", "src/utc-day.ts", "src/reading/owner-id.ts", "src/retention/retention-choice.ts"],
  ...PORTS,
];
const ROWS = ["src/audit", "src/recording", "src/schema", "src/sealing", ...BASE];
/** Rows of alerts that others write in their transactions. */
const OUTBOX = ["src/alerts/outbox-rows.ts", "src/alerts/untelling.ts"];
const SUBJECTS = ["src/geofences", "src/sharing", "src/tags", "src/transfers", ...OUTBOX, ...ROWS];
const ACTS = ["src/alerts", "src/commands", "src/live", "src/lost"];

/** Of the store. */
export const STORE_FOLDERS: FolderRules = {
  folders: {
    "src/random-id.ts": [],
    "src/utc-day.ts": [],
    "src/reading/owner-id.ts": [],
    "src/reading/page*.ts": [],
    "src/retention/retention-choice.ts": [],
    "src/tags/clock-refusal.ts": [],
    "src/lost/too-old-for-lost.ts": [],
    "src/recording": ["src/utc-day.ts"],
    "src/geofences/geofence.ts": ["src/reading/page*.ts"],
    "src/reading/location.ts": ["src/reading/page*.ts", "src/recording"],
    "src/reading/geofence-event.ts": [
      ...["src/reading/location.ts", "src/reading/page*.ts", "src/recording", ...GEOFENCE],
    ],
    "src/tags/owned-tag.ts": ["src/reading/page*.ts", "src/tags/clock-refusal.ts"],
    "src/commands/command.ts": ["src/tags/clock-refusal.ts"],
    "src/lost/lost-mode.ts": ["src/tags/clock-refusal.ts"],
    "src/live/live-news.ts": ["src/tags/owned-tag.ts", ...COMMAND, ...VIEW_VALUES],
    "src/alerts/alert-rule.ts": GEOFENCE,
    "src/alerts/alert-channel.ts": ["src/alerts/alert-rule.ts"],
    "src/alerts/alert.ts": ["src/alerts/alert-rule.ts", ...GEOFENCE],
    "src/alerts/alerts-view.ts": ALERT_VALUES,
    "src/alerts/alert-work.ts": ["src/reading/owner-id.ts", "src/recording", ...ALERT_VALUES, ...GEOFENCE],
    "src/alerts/outbox-rows.ts": ALERT_PORTS,
    "src/alerts/untelling.ts": [],
    "src/schema": ["src/lost/lost-mode.ts", "src/retention/retention-choice.ts", ...ALERT_PORTS, ...COMMAND],
    "src/audit": COMMAND,
    "src/sealing": ["src/audit", "src/schema", ...BASE],
    "src/tags": [...OUTBOX, ...ROWS],
    "src/geofences": ["src/tags", ...ROWS],
    "src/sharing": ["src/tags", ...OUTBOX, ...ROWS],
    "src/transfers": ["src/tags", ...ROWS],
    "src/erasure": ["src/tags", ...OUTBOX, ...ROWS],
    "src/commands": [...OUTBOX, ...ROWS],
    "src/lost": ["src/tags", ...ROWS],
    "src/reading": SUBJECTS,
    "src/live": ["src/reading", ...SUBJECTS],
    "src/alerts": ["src/reading", ...SUBJECTS],
    "src/history": ["src/reading", ...SUBJECTS],
    "src/export": ["src/alerts", "src/history", "src/reading", "src/retention", ...SUBJECTS],
    "src/retention": ["src/erasure", "src/reading", ...SUBJECTS],
    "src/sqlite": [
      ...["src/erasure", "src/export", "src/history", "src/reading", "src/retention", ...ACTS, ...SUBJECTS],
    ],
  },
};
