import { TRAIL_TABLE } from "@purrimeter/audit/trail-schema";
import { SHARING_TABLES } from "./sharing-tables.ts";
import type { LocationHolder } from "./location-holder.ts";
import { COMMAND_TABLES } from "./command-tables.ts";
import { ALERT_CHOICE_TABLES, ALERT_TABLES } from "./alert-tables.ts";
import { CLOCK_TABLE } from "@purrimeter/database/clock-table";
import type { TableEntry } from "@purrimeter/database/table-entry";

/** Sums over fewer tags say too much of each. */
export const LEAST_ANONYMOUS_TAGS = 20;

export type { LocationHolder };

const OF_OWNERSHIP = { with: { ownership: "ownership = @ownership" } } as const;
const OLD_REPORTS = "id IN (SELECT last_report FROM tag_day WHERE keep_day < @day)";
const DERIVED = { never: "made from the reports" } as const;

/**
 * Every table of the location database. Erasure and retention delete what this says and nothing else, in this order: what
 * an ownership's row is needed for comes before it. Erasing an owner first erases each of the owner's ownerships.
 */
export const LOCATION_TABLES: readonly TableEntry<LocationHolder>[] = [
  {
    table: "tag",
    key: ["id"],
    whose: "installation",
    kept: { until: "erased" },
    exported: { never: "the operator's list of tags; an ownership names its tag" },
    erased: { never: "says that a tag exists; its link to the owner is cleared when the ownership ends" },
  },
  {
    table: "tag_status",
    key: ["tag"],
    whose: "ownership",
    kept: { until: "replaced", by: "the tag's next status" },
    exported: { as: "tags" },
    // Not what the tag said after it went to somebody else.
    erased: {
      with: {
        ownership:
          "tag = (SELECT tag FROM ownership WHERE id = @ownership) AND at <= (SELECT ended_at FROM ownership WHERE id = @ownership)",
      },
    },
  },
  {
    table: "report",
    key: ["id"],
    whose: "ownership",
    kept: { until: "old", where: OLD_REPORTS, removal: "chain" },
    exported: { as: "entries" },
    erased: OF_OWNERSHIP,
    isChained: true,
  },
  {
    table: "report_cut",
    key: ["id"],
    whose: "nobody",
    kept: { until: "replaced", by: "a thousand later deletions of newest reports" },
    exported: { never: "numbers of rows" },
    erased: { never: "numbers of rows that are there no more" },
  },
  {
    table: "tag_day",
    key: ["day", "ownership"],
    whose: "ownership",
    kept: { until: "old", where: "keep_day < @day", removal: "chain" },
    exported: DERIVED,
    erased: OF_OWNERSHIP,
    isChained: true,
  },
  {
    table: "tag_progress",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "erased" },
    exported: DERIVED,
    erased: OF_OWNERSHIP,
  },
  {
    table: "past_epoch",
    key: ["ownership", "epoch"],
    whose: "ownership",
    kept: { until: "replaced", by: "four epochs that were left later" },
    exported: DERIVED,
    erased: OF_OWNERSHIP,
  },
  {
    table: "hole",
    key: ["ownership", "epoch", "first"],
    whose: "ownership",
    kept: { until: "old", where: "at < @at", removal: "rows" },
    exported: { as: "entries" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "event",
    key: ["ownership", "at", "epoch", "number"],
    whose: "ownership",
    kept: { until: "old", where: "keep_day < @day", removal: "rows" },
    exported: { as: "events" },
    erased: OF_OWNERSHIP,
  },
  ...COMMAND_TABLES,
  {
    table: "outbox",
    key: ["id"],
    whose: "ownership",
    kept: { until: "old", where: "created_at < @at", removal: "rows" },
    exported: { never: "the events say the same" },
    erased: OF_OWNERSHIP,
  },
  ...ALERT_TABLES,
  {
    table: "set_aside",
    key: ["id"],
    whose: "ownership",
    kept: { until: "old", where: "at < @at", removal: "rows" },
    exported: { as: "unreadable-reports" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "set_aside_count",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "erased" },
    exported: { as: "unreadable-reports" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "assignment",
    key: ["ownership", "ref", "since_version"],
    whose: "ownership",
    kept: { until: "replaced", by: "512 assignments that ended later" },
    exported: { as: "geofences" },
    erased: OF_OWNERSHIP,
  },
  ...SHARING_TABLES,
  {
    table: "day_total",
    key: ["ownership", "day"],
    whose: "ownership",
    kept: { until: "replaced", by: "another choice than totals, at the next run of retention" },
    exported: { as: "day-totals" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "total_progress",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "erased" },
    exported: DERIVED,
    erased: OF_OWNERSHIP,
  },
  {
    table: "anonymous_day",
    key: ["day"],
    whose: "installation",
    kept: { until: "old", where: `day < @day AND tags < ${LEAST_ANONYMOUS_TAGS}`, removal: "rows" },
    exported: { never: "sums over many tags, of nobody" },
    erased: { never: "sums over many tags: which ones is not in it" },
  },
  {
    table: "geofence",
    key: ["id"],
    whose: "owner",
    kept: { until: "old", where: "deleted_at < @at", removal: "rows" },
    exported: { as: "geofences" },
    erased: { with: { owner: "owner = @owner" } },
  },
  {
    table: "account_export",
    key: ["id"],
    whose: "owner",
    kept: { until: "expired", when: "a day has passed since it was asked for" },
    exported: { never: "is the export itself" },
    erased: { with: { owner: "owner = @owner" } },
  },
  {
    table: "owner",
    key: ["id"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { never: "names a key, which is of no use elsewhere" },
    erased: { with: { owner: "id = @owner" } },
  },
  {
    table: "retention_choice",
    key: ["owner"],
    whose: "owner",
    kept: { until: "replaced", by: "the owner's next choice" },
    exported: { as: "account" },
    erased: { with: { owner: "owner = @owner" } },
  },
  ...ALERT_CHOICE_TABLES,
  {
    table: "known_owner",
    key: ["id"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { never: "says that a key was made" },
    erased: { with: { owner: "id = @owner" } },
  },
  {
    table: "installation",
    key: ["one"],
    whose: "nobody",
    kept: { until: "erased" },
    exported: { never: "a random id" },
    erased: { never: "says which installation's database this is" },
  },
  {
    table: "sealing_key",
    key: ["id"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { never: "a key, which is of no use elsewhere" },
    erased: {
      with: {
        ownership: "id = (SELECT sealing_key FROM ownership WHERE id = @ownership)",
        owner: "owner = @owner",
      },
    },
  },
  {
    table: "ownership",
    key: ["id"],
    whose: "ownership",
    kept: { until: "old", where: "ended_at < @at", removal: "holder" },
    exported: { as: "tags" },
    erased: { with: { ownership: "id = @ownership" } },
  },
  CLOCK_TABLE,
  TRAIL_TABLE,
  {
    table: "trail_name",
    key: ["account"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { never: "a random pseudonym" },
    erased: { with: { owner: "account = @owner" } },
  },
];
