import type { TableEntry } from "@purrimeter/database/table-entry";
import type { LocationHolder } from "./location-holder.ts";

const OF_OWNERSHIP = { with: { ownership: "ownership = @ownership" } } as const;
const OF_ACCOUNT = { with: { ownership: "ownership = @ownership", owner: "account = @owner" } } as const;
/** @alerts: no alert is kept longer, whatever the owner chose. */
const OLD_ALERTS = { until: "old", where: "created_at < max(@at, @alerts)", removal: "rows" } as const;
/** An owner's choice holds for what viewers were told of the tag, and a viewer's for what the viewer was told. */
const BOTH_CHOICES = { whose: "ownership", alsoOldWith: ["owner"] } as const;

/** Tables of what is told of tags, in the order in which they are cleared. */
export const ALERT_TABLES: readonly TableEntry<LocationHolder>[] = [
  {
    table: "alert_state",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "erased" },
    exported: { never: "what the rules remember of the events, which are exported" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "alert_delivery",
    key: ["id"],
    ...BOTH_CHOICES,
    kept: OLD_ALERTS,
    exported: { as: "alert-deliveries" },
    erased: OF_ACCOUNT,
  },
  {
    table: "alert",
    key: ["sequence"],
    ...BOTH_CHOICES,
    kept: OLD_ALERTS,
    exported: { as: "alerts" },
    erased: OF_ACCOUNT,
  },
  {
    table: "alert_mute",
    key: ["account", "ownership"],
    whose: "ownership",
    kept: { until: "replaced", by: "the account's next word on the tag" },
    exported: { as: "alert-mutes" },
    erased: OF_ACCOUNT,
  },
];

/** Tables of what accounts say of how they are told. */
export const ALERT_CHOICE_TABLES: readonly TableEntry<LocationHolder>[] = [
  {
    table: "owner_preference",
    key: ["owner"],
    whose: "owner",
    kept: { until: "replaced", by: "the owner's next choice" },
    exported: { as: "account" },
    erased: { with: { owner: "owner = @owner" } },
  },
  {
    table: "alert_rule",
    key: ["owner", "id"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { as: "alert-rules" },
    erased: { with: { owner: "owner = @owner" } },
  },
  {
    table: "alert_channel",
    key: ["id"],
    whose: "owner",
    kept: { until: "erased" },
    exported: { as: "alert-channels" },
    erased: { with: { owner: "owner = @owner" } },
  },
];
