import type { FirmwareStats } from "@purrimeter/device/firmware-options";

/** What a fleet did, sums over all tags. */
export interface FleetSummary {
  readonly tags: number;
  readonly fixes: number;
  readonly entries: number;
  readonly acknowledged: number;
  readonly transitions: number;
  /** Entries that were sent again. */
  readonly resent: number;
  /** Real time, s. */
  readonly seconds: number;
}

/** How a fleet is doing. */
export interface FleetProgress extends FleetSummary {
  /** Tags switched on, with a session now, with an acknowledged entry, with all of their past reported. */
  readonly started: number;
  readonly connected: number;
  readonly heard: number;
  readonly caughtUp: number;
  /** Share of the lives that has been lived, 0 to 1. */
  readonly lived: number;
}

/** Adds up the firmware's counts. */
export function summarise(stats: readonly FirmwareStats[], seconds: number): FleetSummary {
  const total = (key: "fixes" | "entries" | "acknowledged" | "transitions" | "resent"): number =>
    stats.reduce((sum, one) => sum + one[key], 0);
  return {
    tags: stats.length,
    fixes: total("fixes"),
    entries: total("entries"),
    acknowledged: total("acknowledged"),
    transitions: total("transitions"),
    resent: total("resent"),
    seconds: Math.round(seconds * 10) / 10,
  };
}
