import { expect, test } from "vitest";
import { systemRandom } from "../time/system-random.ts";
import { seededRandom } from "./seeded-random.ts";

test("a seed gives the same bytes again, another seed and another call others", () => {
  const [first, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  const bytes = first.bytes(32);
  expect(same.bytes(32)).toEqual(bytes);
  expect(other.bytes(32)).not.toEqual(bytes);
  expect(first.bytes(32)).not.toEqual(bytes);
});

test.each([0, 1, 100])("gives %d bytes", (count) => {
  expect(seededRandom(1).bytes(count)).toHaveLength(count);
  expect(systemRandom.bytes(count)).toHaveLength(count);
});
