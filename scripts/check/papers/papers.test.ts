import { expect, it } from "vitest";
import { ASVS_ITEMS, checkAsvsItems } from "./asvs-items.ts";
import { checkProofs, proofsOf } from "./proofs.ts";

const FILES = new Map([
  ["a/src/x.test.ts", 'it("refuses what is old", () => {});'],
  ["a/src/x.ts", "export const x = 1;"],
]);

function faults(...cells: string[]): string[] {
  const text = ["| what | proof |", "| --- | --- |", ...cells.map((cell) => `| y | ${cell} |`)].join("\n");
  return checkProofs("docs/p.md", text, (path) => FILES.get(path)).map(
    ({ where, what }) => `${where} ${what}`,
  );
}

it("reads files and the tests of them", () => {
  expect(proofsOf('`a/b.test.ts` "one, two", `c/d.ts`; `word` "no"')).toEqual([
    { file: "a/b.test.ts", title: "one, two" },
    { file: "c/d.ts", title: undefined },
  ]);
});

it.each([
  '`a/src/x.test.ts` "refuses what is old"',
  "`a/src/x.ts`",
  "`a/src/x.ts`, by reading it",
  "Not applicable: no GraphQL",
  "Reason: the tag has no screen",
  "Not yet: no page of ours",
])("accepts %s", (cell) => {
  expect(faults(cell)).toEqual([]);
});

it.each([
  ["by care", "has neither a proof nor a reason"],
  ["", "has neither a proof nor a reason"],
  ["Not applicable", "has neither a proof nor a reason"],
  ['`a/src/gone.test.ts` "x"', "names a/src/gone.test.ts, which does not exist"],
  ["`a/src/x.test.ts`", "names a/src/x.test.ts without a test of it"],
  [
    '`a/src/x.test.ts` "refuses what is new"',
    'names "refuses what is new", which a/src/x.test.ts does not have',
  ],
])("refuses %s", (cell, fault) => {
  expect(faults("Reason: x", cell)).toEqual([`docs/p.md:4 ${fault}`]);
});

it("finds items that are missing, named twice, or none", () => {
  expect(ASVS_ITEMS).toHaveLength(253);
  const rows = ASVS_ITEMS.slice(2).map((item) => `| ${item} | x |`);
  const text = [`| ${ASVS_ITEMS.slice(0, 2).join(", ")} | x |`, ...rows].join("\n");
  expect(checkAsvsItems("p", text)).toEqual([]);
  expect(checkAsvsItems("p", rows.join("\n"))).toHaveLength(2);
  expect(checkAsvsItems("p", `${text}\n| 1.1.1 | x |\n| 11.7.1 | x |`)).toHaveLength(2);
});
