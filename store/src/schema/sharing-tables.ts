import type { TableEntry } from "@purrimeter/database/table-entry";
import type { LocationHolder } from "./location-holder.ts";

/** Tables of what others get to see, have or say of a tag, in the order in which they are cleared. */
export const SHARING_TABLES: readonly TableEntry<LocationHolder>[] = [
  {
    table: "share",
    key: ["id"],
    whose: "ownership",
    kept: { until: "expired", when: "it has ended or its invitation has, at the next invitation" },
    exported: { as: "shares" },
    erased: { with: { ownership: "ownership = @ownership", owner: "viewer = @owner" } },
  },
  {
    table: "transfer",
    key: ["ownership"],
    whose: "ownership",
    kept: { until: "replaced", by: "the next offer of the tag" },
    exported: { as: "transfers" },
    erased: { with: { ownership: "ownership = @ownership", owner: "recipient = @owner" } },
  },
  {
    table: "found_report",
    key: ["id"],
    whose: "ownership",
    kept: { until: "old", where: "at < @at", removal: "rows" },
    exported: { as: "finder-reports" },
    erased: { with: { ownership: "ownership = @ownership" } },
  },
];
