import { afterEach, beforeEach, expect, test } from "vitest";
import { ACTOR_KINDS, actorKindOf } from "./actor-kind.ts";
import { TrailNames } from "./trail-names.ts";
import { eventOf, openTestTrail, type TestTrail } from "./testing/test-trail.ts";
import { conditionsOf } from "./trail-query.ts";
import type { TrailEntry } from "./trail-row.ts";
import { verifyTrail } from "./verify-trail.ts";

let opened: TestTrail;
beforeEach(() => {
  opened = openTestTrail();
});
afterEach(() => {
  opened.close();
});

const isIntact = (): boolean => {
  const { trail, keys } = opened;
  return verifyTrail({ trail, keys, own: { checkpoints: [], unsigned: 0 } }).intact;
};

test("a row is written in the transaction of the act or not at all", () => {
  const { database, trail } = opened;
  expect(() => {
    trail.append(1, [eventOf({})]);
  }).toThrow("transaction");
  const act = database.transaction(() => {
    trail.append(1, [eventOf({ event: "taken back" }), eventOf({})]);
    throw new Error("the act failed");
  });
  expect(() => {
    act.immediate();
  }).toThrow("the act failed");
  opened.append(2, { event: "done" });
  expect(trail.read({ after: 0, limit: 10 }).map(({ entry }) => entry?.event)).toEqual(["done"]);
  expect(isIntact()).toBe(true);
});

test("an act whose row cannot be written fails", () => {
  const { database, trail } = opened;
  database.exec(
    "CREATE TABLE acts (done INTEGER); CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  const act = database.transaction(() => {
    database.exec("INSERT INTO acts VALUES (1)");
    trail.append(1, [eventOf({})]);
  });
  expect(() => {
    act.immediate();
  }).toThrow("full");
  expect(database.prepare("SELECT * FROM acts").all()).toEqual([]);
});

test("rows are found by what they say, a page at a time", () => {
  for (let i = 0; i < 20; i++)
    opened.append(100 + i, { event: `e${i % 2}`, actor: `a${i % 3}`, account: "b", subject: `s${i}` });
  const numbers = (query: object): number[] =>
    opened.trail.read({ after: 0, limit: 100, ...query }).map(({ number }) => number);
  expect(numbers({ limit: 3, after: 4 })).toEqual([5, 6, 7]);
  expect(numbers({ actor: "a1", event: "e0" })).toEqual([5, 11, 17]);
  expect(numbers({ account: "b", from: 105, to: 107 })).toEqual([6, 7, 8]);
  expect(numbers({ subject: "s3" })).toEqual([4]);
  expect(numbers({ account: "nobody" })).toEqual([]);
});

test("rows are found by whose they are and by the kind of who did it", () => {
  opened.append(1, { event: "latest.read", actor: "mia", account: "mia" });
  opened.append(2, { event: "latest.read", actor: "tom", account: "mia" });
  opened.append(3, { event: "login.refused", account: "mia" });
  opened.append(4, { event: "tag.revoked", actor: "eve", account: "mia" });
  opened.append(5, { event: "audit.read", actor: "eve", account: "eve" });
  const found = (query: object): number[] =>
    opened.trail.read({ after: 0, limit: 100, ...query }).map(({ number }) => number);
  expect(found({ own: "mia" })).toEqual([1, 2, 3, 4]);
  expect(found({ own: "tom" })).toEqual([2]);
  expect(found({ own: "eve" })).toEqual([4, 5]);
  expect(found({ own: "" })).toEqual([]);
  expect(ACTOR_KINDS.map((by) => found({ by }))).toEqual([[1], [2], [4, 5], [3]]);
  for (const { entry } of opened.trail.read({ after: 0, limit: 9 }))
    expect(found({ by: actorKindOf(entry as TrailEntry) })).toContain(entry?.number);
});

test("one's own rows and those of an account are found by an index", () => {
  for (const query of [{ own: "mia" }, { account: "mia" }, { actor: "mia" }]) {
    const { conditions, values } = conditionsOf({ after: 0, limit: 1, ...query });
    const sql = `EXPLAIN QUERY PLAN SELECT number FROM trail WHERE ${conditions.join(" AND ")}`;
    const plan = opened.database.prepare<unknown[], { detail: string }>(sql).all(...values);
    expect(plan.map(({ detail }) => detail).join()).toMatch(/trail_a/u);
  }
});

test("a pseudonym is the account's until it is erased, and then nobody's", () => {
  const { database } = opened;
  const names = new TrailNames(database);
  expect(names.find("mia")).toBeUndefined();
  const mia = names.of("mia");
  expect(names.of("mia")).toBe(mia);
  expect(names.of("tom")).not.toBe(mia);
  expect(names.of("")).toBe("");
  database.exec("DELETE FROM trail_name WHERE account = 'mia'");
  expect(names.find("mia")).toBeUndefined();
  expect(names.of("mia")).not.toBe(mia);
});

test("rows that are appended in batches of any size make one tree", () => {
  const { trail, keys } = opened;
  for (let i = 0; i < 33; i++) opened.append(i, ...Array.from({ length: i % 4 }, () => ({ count: i })));
  expect(trail.size()).toBe(48);
  expect(verifyTrail({ trail, keys, own: { checkpoints: [], unsigned: 0 } })).toMatchObject({
    intact: true,
    rows: 48,
  });
});
