import type { AuthorityFiles } from "@purrimeter/certs/authority-files";
import { systemTime } from "@purrimeter/service/system-time";
import { runFleet, type FleetResult } from "@purrimeter/simulator/fleet";
import type { PlannedTag } from "@purrimeter/simulator/plan-fleet";
import { isFailure } from "../src/terminal/failure.ts";
import { fleetTags } from "../src/scenarios/fleet-tags.ts";
import type { Started } from "./running-purrimeter.ts";

/** Lets the tags live the past that was planned for them, as fast as it goes, and report it to the bridge that runs. */
export async function liveThrough(
  planned: readonly PlannedTag[],
  { ready }: Started,
  authority: AuthorityFiles,
  endsAt: number,
): Promise<FleetResult> {
  const port = Number(new URL(ready.mqtt).port);
  const tags = await fleetTags(planned, { host: "localhost", port, authority }, systemTime);
  if (isFailure(tags)) throw new Error(tags.failure);
  return runFleet({
    tags,
    speed: Infinity,
    endsAt,
    keepsLiving: false,
    utcMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    onProgress: () => undefined,
  });
}
