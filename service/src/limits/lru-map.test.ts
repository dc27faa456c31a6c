import { expect, test } from "vitest";
import { LruMap } from "./lru-map.ts";

test("what was used longest ago goes first, and is told of", () => {
  const forgotten: string[] = [];
  const map = new LruMap<string, number>(2, (value, key) => forgotten.push(`${key}=${value}`));
  map.set("a", 1).set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([...map]).toEqual([
    ["a", 1],
    ["c", 3],
  ]);
  expect(forgotten).toEqual(["b=2"]);
});

test("to set a key again is a use, and makes no room of others", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  expect([...map.values()]).toEqual([3, 4]);
});

test("to look without using changes nothing", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1).set("b", 2);
  expect([map.peek("a"), map.has("a"), map.peek("x")]).toEqual([1, true, undefined]);
  map.set("c", 3);
  expect(map.has("a")).toBe(false);
});

test("keeps values that are falsy, and forgets what is deleted without telling", () => {
  const map = new LruMap<string, number | string | false>(3, () => expect.unreachable());
  map.set("zero", 0).set("empty", "").set("no", false);
  expect([map.get("zero"), map.get("empty"), map.get("no")]).toEqual([0, "", false]);
  expect([map.delete("zero"), map.delete("zero"), map.size]).toEqual([true, false, 2]);
  map.clear();
  expect(map.size).toBe(0);
});

test.each([0, -1, Number.NaN])("refuses a room of %s", (max) => {
  expect(() => new LruMap(max)).toThrow(RangeError);
});
