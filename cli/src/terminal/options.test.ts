import { expect, test } from "vitest";
import { sameData } from "./options.ts";

test.each([
  ["data", ""],
  ["/tmp/cats", " --data /tmp/cats"],
  ["my cats", " --data 'my cats'"],
  ["the cat's", String.raw` --data 'the cat'\''s'`],
])("a command finds the data in %s by adding %j", (data, option) => {
  expect(sameData(data)).toBe(option);
});
