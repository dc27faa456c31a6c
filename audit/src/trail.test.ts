import { afterEach, beforeEach, expect, test } from "vitest";
import { TrailNames } from "./trail-names.ts";
import { eventOf, openTestTrail, type TestTrail } from "./testing/test-trail.ts";
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
