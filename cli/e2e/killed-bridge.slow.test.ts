import { systemTime } from "@purrimeter/service/system-time";
import { runFleet } from "@purrimeter/simulator/fleet";
import { loadTracks } from "@purrimeter/simulator/load-tracks";
import { planFleet } from "@purrimeter/simulator/plan-fleet";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isFailure } from "../src/terminal/failure.ts";
import { fleetTags } from "../src/scenarios/fleet-tags.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import { provisionFleet } from "../src/scenarios/provision-fleet.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { servicesWithOwner } from "./services-with-owner.ts";

const CATS = join(import.meta.dirname, "../../../shared/data/cats/cats_uk.csv");
const TAGS = 8;
const KILLS = 3;

let folder: string;
let services: RunningServices;
let owner: OwnerApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "killed-bridge-"));
  ({ services, owner } = await servicesWithOwner(folder));
});

afterEach(async () => {
  owner.close();
  await services.stop();
  rmSync(folder, { recursive: true });
});

/** Every item of a list, page after page. */
async function all<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let next: string | null = ""; next !== null;) {
    const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
    const page = (await owner.call("GET", `${path}${cursor}`)) as { items: Item[]; next: string | null };
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

async function plannedTags(endsAt: number) {
  const file = existsSync(CATS) ? await loadTracks(CATS) : undefined;
  const tracks = file?.ok === true ? { tracks: file.tracks } : { durationS: 86_400 };
  return planFleet({ tags: TAGS, seed: 7, endsAt, ...tracks });
}

test("a bridge that is killed again and again loses nothing and stores nothing twice", async () => {
  const endsAt = Math.floor(Date.now() / 1000);
  const planned = await plannedTags(endsAt);
  await withRegistry(services.files, systemTime, async (registry) => {
    await provisionFleet(planned, registry, owner, systemTime);
    return {};
  });
  const tags = await fleetTags(
    planned,
    {
      host: "localhost",
      port: services.portOf("bridge"),
      authority: services.files.authority,
    },
    systemTime,
  );
  if (isFailure(tags)) throw new Error(tags.failure);

  let killed = 0;
  let killedPid: number | undefined;
  const { outcome, summary } = await runFleet({
    tags,
    speed: Infinity,
    endsAt,
    keepsLiving: false,
    utcMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    onProgress: ({ acknowledged, connected }) => {
      const pid = services.pid("bridge");
      if (killed === KILLS || pid === undefined || pid === killedPid || connected < TAGS) return;
      if (acknowledged < (killed + 1) * 200) return;
      process.kill(pid, "SIGKILL");
      killedPid = pid;
      killed++;
    },
  });

  expect({ outcome, killed }).toEqual({ outcome: "complete", killed: KILLS });
  expect(summary.acknowledged).toBe(summary.entries);
  const from = "from=2000-01-01T00:00:00Z";
  const lists = await Promise.all(
    planned.map(async ({ tag }) => ({
      locations: await all<{ at: string }>(`/v1/tags/${tag}/locations?limit=1000&${from}`),
      events: await all<{ at: string }>(`/v1/tags/${tag}/events?limit=1000&${from}`),
    })),
  );
  const count = (pick: "locations" | "events"): number =>
    lists.reduce((sum, list) => sum + list[pick].length, 0);
  expect(count("locations")).toBe(summary.fixes);
  expect(count("events")).toBe(summary.transitions);
  for (const { locations } of lists) {
    expect(new Set(locations.map(({ at }) => at)).size).toBe(locations.length);
  }
});
