import type { TableEntry } from "@purrimeter/database/table-entry";
import type { LocationHolder } from "./location-holder.ts";

const OF_OWNERSHIP = { with: { ownership: "ownership = @ownership" } } as const;

/** Tables of what tags are told to do and answer, in the order in which they are cleared. */
export const COMMAND_TABLES: readonly TableEntry<LocationHolder>[] = [
  {
    table: "command_answer",
    key: ["ownership", "command", "epoch", "number"],
    whose: "ownership",
    kept: { until: "old", where: "keep_day < @day", removal: "rows" },
    exported: { as: "command-answers" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "lost_mode",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "replaced", by: "the next lost mode of the tag" },
    exported: { as: "lost-modes" },
    erased: OF_OWNERSHIP,
  },
  {
    table: "command",
    key: ["ownership", "id"],
    whose: "ownership",
    kept: { until: "old", where: "created_at < @at", removal: "rows" },
    exported: { as: "commands" },
    erased: { with: { ownership: "ownership = @ownership", owner: "viewer = @owner" } },
  },
];
