import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { prepareDeliveries } from "../alerts/delivery-statements.ts";
import { prepareTasks } from "../alerts/task-statements.ts";
import {
  alertDraft,
  concludeAll,
  conclusion,
  LEASE_MS,
  NOON_MS,
  oneTask,
  takeDeliveries,
} from "./alert-values.ts";
import { ADA, NOON, reportOf, TAG, transition } from "./contract-values.ts";
import { openSqliteHarness, type SqliteHarness } from "./sqlite-harness.ts";
import { claimed, recorded } from "./store-harness.ts";

let harness: SqliteHarness;
beforeEach(() => {
  harness = openSqliteHarness();
});
afterEach(() => harness.close());

/** Rules, channels, timers and deliveries that wait of so many owners. None of it is due. */
function fillOwners(count: number): void {
  const { database } = harness;
  const bytes = Buffer.alloc(200);
  const [ownership, tag, rule, channel, state, alert, delivery] = [
    `INSERT INTO ownership (id, tag, owner, sealing_key, started_at, entries_from, name, fix_interval_s, report_interval_s)
     VALUES (@id, @tag, @owner, 1, 0, 0, x'', 60, 600)`,
    "INSERT INTO tag (id, registered_at, ownership, owned_before) VALUES (@tag, 0, @id, 1)",
    "INSERT INTO alert_rule (owner, id, kind, changed_at, sealing_key, sealed) VALUES (@owner, 'left', 'left', 0, 1, @bytes)",
    `INSERT INTO alert_channel (id, owner, kind, state, version, created_at, sealing_key, sealed)
     VALUES (@owner, @owner, 'email', 'active', 1, 0, 1, @bytes)`,
    "INSERT INTO alert_state (ownership, timer_ms, due_at, sealing_key, sealed) VALUES (@id, @later, 1, 1, @bytes)",
    `INSERT INTO alert (id, account, ownership, kind, created_at, sealing_key, sealed)
     VALUES (@owner, @owner, @id, 'left', 0, 1, @bytes)`,
    `INSERT INTO alert_delivery (id, alert, account, ownership, channel, state, due_ms, created_at)
     VALUES (@owner, @owner, @owner, @id, 'mail', 'waiting', @later, 0)`,
  ].map((sql) => database.prepare(sql));
  database.pragma("foreign_keys = OFF");
  database.transaction(() => {
    for (let i = 0; i < count; i++) {
      const row = {
        id: 1_000 + i,
        tag: `tag-${i}-x`,
        owner: `owner-${i}`,
        bytes,
        later: NOON_MS + 86_400_000,
      };
      const some = i % 10 === 0 ? [channel, alert, delivery] : [];
      for (const statement of [tag, ownership, rule, state, ...some]) statement?.run(row);
    }
  })();
  database.pragma("foreign_keys = ON");
}

/** How SQLite finds what the process `alerts` asks for at each turn. */
function plansOf(): string[] {
  const { database } = harness;
  const { withEvents, withTimers, firstEvent, isPresent, judged, untold } = prepareTasks(database);
  const { due, leased, one, nextDue, nextEvent, nextTimer } = prepareDeliveries(database);
  const asked = [withEvents, withTimers, firstEvent, isPresent, judged, untold, due, leased, one];
  return [...asked, nextDue, nextEvent, nextTimer].flatMap(({ source }) => {
    const plain = source.replaceAll(/[@]\w+|\?/gu, "1");
    const plan = database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${plain}`).all();
    return plan.map(({ detail }) => detail);
  });
}

describe("100,000 owners with rules", () => {
  test("cost no more than what happens to them", async () => {
    fillOwners(100_000);
    await claimed(harness, ADA, TAG);
    const work = harness.store.alertWork;
    expect(plansOf().filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
    await concludeAll(work);
    await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
    await work.conclude(await oneTask(work), conclusion([alertDraft()]), NOON_MS);
    expect(await takeDeliveries(work)).toHaveLength(1);
    expect(await work.takeTasks(NOON_MS, LEASE_MS, { limit: 100, withTimers: true })).toEqual([]);
    expect(await work.nextDueMs()).toBe(NOON_MS + LEASE_MS);
  });

  test("more that are silent at once than are asked for come in turns", async () => {
    const work = harness.store.alertWork;
    for (let i = 0; i < 5; i++) await claimed(harness, ADA, `tag-${i}` as TagId);
    for (const task of await work.takeTasks(NOON_MS, LEASE_MS, { limit: 9, withTimers: true }))
      await work.conclude(task, conclusion([], { dueAt: NOON }), NOON_MS);
    const taken: string[] = [];
    for (let i = 0; i < 3; i++)
      for (const { tag } of await work.takeTasks(NOON_MS, LEASE_MS, { limit: 2, withTimers: true }))
        taken.push(tag);
    expect(taken.sort()).toEqual(["tag-0", "tag-1", "tag-2", "tag-3", "tag-4"]);
  });
});

test("of more than a thousand alerts a day no row is kept, and all are counted", async () => {
  const ada = await claimed(harness, ADA, TAG);
  const work = harness.store.alertWork;
  await concludeAll(work);
  for (let number = 1; number <= 2; number++) {
    await recorded(harness, TAG, reportOf(number, [transition(number, 0, "inside", "outside", 2)]));
    const drafts = Array.from({ length: 1_500 }, () => alertDraft());
    await work.conclude(await oneTask(work), conclusion(drafts), NOON_MS);
  }
  let rows = 0;
  for (let before: number | undefined, hasMore = true; hasMore;) {
    const page = await ada.alerts({ limit: 200, before });
    rows += page.items.length;
    before = page.items.at(-1)?.sequence;
    hasMore = page.hasMore;
  }
  expect(rows).toBe(1_000);
  expect(await takeDeliveries(work)).toHaveLength(20);
  const [many, ...others] = (await takeDeliveries(work, NOON_MS + 60_000)).filter(
    ({ alert }) => alert.kind === "many",
  );
  expect([many?.alert.facts.count, others]).toEqual([3_000 - 20, []]);
});
