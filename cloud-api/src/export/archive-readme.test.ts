import { LOCATION_TABLES } from "@purrimeter/store/tables";
import { expect, test } from "vitest";
import { archiveReadme } from "./archive-readme.ts";

/** How the README names each file of `data`, and what lies elsewhere. */
const NAMED: Readonly<Record<string, string>> = {
  tags: "tags, geofences",
  entries: "tags/*/entries/*.jsonl",
  events: "events.csv",
  "command-answers": "what the tags answered",
  commands: "data/command*.jsonl",
  "lost-modes": "data/lost-modes.jsonl",
  alerts: "what you were told",
  "alert-deliveries": "where it was delivered",
  "alert-rules": "your rules",
  "alert-channels": "channels",
  "alert-mutes": "muted tags",
  "unreadable-reports": "reports that could not be read",
  geofences: "your geofences",
  shares: "shares",
  transfers: "transfers",
  "finder-reports": "finders wrote",
  "day-totals": "totals of days",
  account: "how long you have locations kept",
  trail: "audit trail of your tags",
};

test("the README of an archive names everything that is in it", () => {
  const text = archiveReadme("2026-06-01T12:00:00Z");
  const exported = LOCATION_TABLES.flatMap(({ exported }) => ("as" in exported ? [exported.as] : []));
  expect(new Set(Object.keys(NAMED))).toEqual(new Set(exported));
  for (const words of Object.values(NAMED)) expect(text).toContain(words);
});
