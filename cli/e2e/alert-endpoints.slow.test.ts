import { systemTime } from "@purrimeter/service/system-time";
import { runFleet } from "@purrimeter/simulator/fleet";
import { LeavesHome } from "@purrimeter/simulator/leaves-home";
import { planFleet, type PlannedTag } from "@purrimeter/simulator/plan-fleet";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { fleetTags } from "../src/scenarios/fleet-tags.ts";
import { provisionFleet } from "../src/scenarios/provision-fleet.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { AlertHousehold, ENDPOINTS } from "./alert-household.ts";
import { addTags, isTold, leave, toldOf } from "./leaving-tags.ts";
import { DEADLINE_MS, until } from "./running-purrimeter.ts";

/** Steps that each wait for something; all of them together may take longer than one. */
const ALL_MS = 4 * DEADLINE_MS;

let household: AlertHousehold;

beforeEach(async () => {
  household = await AlertHousehold.start();
}, ALL_MS);

afterEach(() => household.stop(), DEADLINE_MS);

/** How long before now the cat left: the tag has decided by now, and what it says is not late yet. Seconds. */
const LEFT_BEFORE_S = 420;
const PAST_S = 7_200;

/** What is read here of an alert. */
interface Told {
  readonly kind: string;
  readonly tag: string;
  readonly deliveries: readonly { readonly state: string }[];
  readonly stages: object;
}

async function alerts(): Promise<readonly Told[]> {
  const { items } = (await household.owner.call("GET", "/v1/alerts")) as { readonly items: readonly Told[] };
  return items;
}

async function leftAlert(): Promise<Told | undefined> {
  return (await alerts()).find(({ kind }) => kind === "left");
}

/** A cat that leaves home, claimed by the owner, who draws a zone round its home. */
async function plannedCat(): Promise<PlannedTag> {
  const endsAt = systemTime.utcS();
  const [cat] = planFleet({ tags: 1, seed: 1, endsAt, durationS: PAST_S });
  if (cat === undefined) throw new Error("no cat");
  const planned = { ...cat, life: new LeavesHome(cat.life.startsAt, cat.home, endsAt - LEFT_BEFORE_S) };
  await withRegistry(household.services.files, systemTime, async (registry) => {
    await provisionFleet([planned], registry, household.owner, systemTime);
    return {};
  });
  return planned;
}

/** The real firmware on simulated parts lives the cat's past and goes on, over mutual TLS, until it is stopped. */
async function live(cat: PlannedTag): Promise<() => Promise<void>> {
  const { services } = household;
  const bridge = { host: "localhost", port: services.portOf("bridge"), authority: services.files.authority };
  const tags = await fleetTags([cat], bridge, systemTime);
  if (isFailure(tags)) throw new Error(tags.failure);
  const stopping = new AbortController();
  const utcMs = (): number => systemTime.utcMs();
  const monotonicMs = (): number => systemTime.monotonicMs();
  const pace = { speed: Infinity, endsAt: systemTime.utcS(), keepsLiving: true, utcMs, monotonicMs };
  const ended = runFleet({ tags, ...pace, signal: stopping.signal });
  return async () => {
    stopping.abort();
    await ended;
  };
}

test(
  "a cat that leaves is told once by webhook, push, ntfy and mail, and its owner reads when",
  async () => {
    const channels = await household.addChannels();
    const [tag] = await addTags(household, 1);
    if (tag === undefined) throw new Error("no tag");
    await leave(household, tag);
    await until(() => isTold(household, tag));
    let alert: Told | undefined;
    await until(async () => {
      alert = await leftAlert();
      return alert?.deliveries.every(({ state }) => state === "delivered") ?? false;
    });
    const told = toldOf(household, tag);
    expect(told.map(({ at }) => at).sort()).toEqual([...ENDPOINTS].sort());
    expect(new Set(told.map(({ id }) => id)).size).toBe(ENDPOINTS.length);
    expect(alert).toMatchObject({ tag: tag.id, geofence: { name: "Garden" } });
    const once = { state: "delivered", attempts: 1, lastError: null };
    expect(alert?.deliveries).toEqual(
      expect.arrayContaining(
        channels.map((channel) => expect.objectContaining({ channel, ...once }) as object),
      ),
    );
    for (const stage of ["decidedAt", "sentAt", "storedAt", "handedAt", "deliveredAt"])
      expect(alert?.stages).toHaveProperty(stage, expect.stringMatching(/^\d{4}-.*Z$/u));
  },
  ALL_MS,
);

test(
  "a simulated cat that leaves a drawn zone is told once at each endpoint, by its own tag's decision",
  async () => {
    await household.addChannels();
    const cat = await plannedCat();
    const stop = await live(cat);
    try {
      await until(async () => {
        const left = await leftAlert();
        return left !== undefined && left.deliveries.every(({ state }) => state === "delivered");
      });
    } finally {
      await stop();
    }
    expect(await alerts()).toMatchObject([{ kind: "left", tag: cat.tag, geofence: { name: "Home" } }]);
    const told = household.told();
    expect(told.map(({ at }) => at).sort()).toEqual([...ENDPOINTS].sort());
    expect(new Set(told.map(({ id }) => id)).size).toBe(ENDPOINTS.length);
    const { items } = (await household.owner.call("GET", `/v1/tags/${cat.tag}/events`)) as {
      readonly items: readonly object[];
    };
    expect(items).toMatchObject([{ to: "inside" }, { from: "inside", to: "outside" }]);
  },
  ALL_MS,
);
