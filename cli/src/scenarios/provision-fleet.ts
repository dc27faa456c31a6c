import type { Time } from "@purrimeter/service/time";
import type { PlannedTag } from "@purrimeter/simulator/plan-fleet";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import { utcSeconds } from "../terminal/utc.ts";
import type { OwnerApi } from "./owner-api.ts";

/** A garden with its neighbours; below 50 m a receiver's own error crosses the edge all the time. */
const HOME_RADIUS_M = 75;

/** Names that no real cat gave away. */
const NAMES = [
  "Mimi", "Balu", "Nala", "Simba", "Luna", "Felix", "Molly", "Tiger", "Minka", "Carlo", "Lilly", "Moritz", "Cleo",
  "Findus", "Paula", "Oskar", "Kitty", "Rocky", "Socks", "Pepper",
]; // prettier-ignore

function nameOf(index: number): string {
  const name = NAMES[index % NAMES.length] as string;
  return index < NAMES.length ? name : `${name} ${Math.floor(index / NAMES.length) + 1}`;
}

/**
 * Makes planned tags known and the owner's, each with a geofence round its home. Tags that the system knows already stay
 * as they are.
 */
export async function provisionFleet(
  tags: readonly PlannedTag[],
  registry: TagRegistry,
  owner: OwnerApi,
  time: Time,
): Promise<void> {
  for (const [index, { tag, home }] of tags.entries()) {
    const code = createClaimCode();
    if ((await registry.register(tag, code, utcSeconds(time))) === "exists") continue;
    await owner.claim(code, nameOf(index));
    await owner.drawCircle(tag, "Home", [home.lonDegrees, home.latDegrees], HOME_RADIUS_M);
  }
}
