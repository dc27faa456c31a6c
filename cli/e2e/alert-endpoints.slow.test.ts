import { afterEach, beforeEach, expect, test } from "vitest";
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

/** What is read here of an alert. */
interface Told {
  readonly kind: string;
  readonly deliveries: readonly { readonly state: string }[];
  readonly stages: object;
}

async function leftAlert(): Promise<Told | undefined> {
  const { items } = (await household.owner.call("GET", "/v1/alerts")) as { readonly items: readonly Told[] };
  return items.find(({ kind }) => kind === "left");
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
