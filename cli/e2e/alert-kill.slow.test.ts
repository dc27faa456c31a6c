import { afterEach, beforeEach, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { AlertHousehold, ENDPOINTS } from "./alert-household.ts";
import { addTags, isTold, leave, toldOf } from "./leaving-tags.ts";
import { DEADLINE_MS, until } from "./running-purrimeter.ts";

/** Points at which a process is killed. */
const KILLS = process.env["TEST_TIMES"] === undefined ? 30 : 100;

/** Longest time from the report to the message; a kill hits any of it. */
const WAY_MS = 400;

const ALL_MS = 3 * DEADLINE_MS + KILLS * 20_000;

let household: AlertHousehold;

beforeEach(async () => {
  household = await AlertHousehold.start();
}, ALL_MS);

afterEach(() => household.stop(), DEADLINE_MS);

/** Kills the process at a random moment of the time that an alert takes, and waits until it is ready again. */
async function kill(name: "alerts" | "notifier"): Promise<void> {
  const restarts = household.restartsOf(name);
  const killed = household.services.pid(name);
  if (killed === undefined) throw new Error(`${name} does not run`);
  await pause(Math.random() * WAY_MS);
  process.kill(killed, "SIGKILL");
  await until(() => household.restartsOf(name) > restarts);
}

test(
  `alerts and notifier are killed ${KILLS} times: nothing is lost and nothing is shown twice`,
  async () => {
    await household.addChannels();
    const tags = await addTags(household, KILLS);
    for (const [index, tag] of tags.entries())
      await Promise.all([leave(household, tag), kill(index % 2 === 0 ? "alerts" : "notifier")]);
    for (const tag of tags) await until(() => isTold(household, tag));
    for (const tag of tags)
      for (const endpoint of ENDPOINTS) {
        const told = toldOf(household, tag).filter(({ at }) => at === endpoint);
        const ids = new Set(told.map(({ id }) => id));
        // A message that came twice comes under the same id, by which it is shown once.
        expect([tag.id, endpoint, ids.size], JSON.stringify(told)).toEqual([tag.id, endpoint, 1]);
        expect([...ids][0]).toMatch(/^[a-z2-7]{26}$/u);
      }
  },
  ALL_MS,
);
