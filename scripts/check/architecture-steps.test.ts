import { expect, it } from "vitest";
import { checkArchitectureSteps } from "./architecture-steps.ts";
import { projectOf } from "./project.ts";

const SOURCE = `
export function decode(): void {}
export class Journal {
  append(): void {}
  #flush(): void {}
  private erase(): void {}
}
interface Store { record(): void }
const RULES = {};
// function spoken() {}
`;

function breachesOf(...lines: string[]): string[] {
  const text = ["# Title", "```sh", "node a/src/x.test.ts --all", "```", "```", ...lines, "```"].join("\n");
  const project = projectOf([
    ["a/src/x.ts", SOURCE],
    ["ARCHITECTURE.md", text],
  ]);
  return checkArchitectureSteps(project).map(({ where, what }) => `${where} ${what}`);
}

it("accepts what the named file defines, separators and continued lines", () => {
  const lines = [
    "decode          a/src/x.ts  bytes -> entries",
    "                            or a named error",
    "                ---- mutual TLS ----",
    "== the cloud",
    "",
    "Journal         a/src/x.ts  keeps entries",
    "Journal.append  a/src/x.ts  adds one",
    "Store.record    a/src/x.ts  commits",
    "RULES           a/src/x.ts  the rules",
  ];
  expect(breachesOf(...lines)).toEqual([]);
});

it.each([
  ["encode  a/src/x.ts  what", "names encode, which a/src/x.ts does not define"],
  ["spoken  a/src/x.ts  what", "names spoken, which a/src/x.ts does not define"],
  ["append  a/src/x.ts  what", "names append, which a/src/x.ts does not define"],
  ["Journal.flush  a/src/x.ts  what", "names Journal.flush, which a/src/x.ts does not define"],
  ["Journal.erase  a/src/x.ts  what", "names Journal.erase, which a/src/x.ts does not define"],
  ["decode  a/src/y.ts  what", "names a/src/y.ts, which does not exist"],
  ["        a/src/x.ts  what", "names a/src/x.ts without a function"],
  ["decode  a/src/x.ts", "does not say what decode does"],
])("refuses %s", (line, fault) => {
  expect(breachesOf("decode  a/src/x.ts  what", line)).toEqual([`ARCHITECTURE.md:7 ${fault}`]);
});

it("refuses a line between steps that is none", () => {
  const breaches = breachesOf("decode  a/src/x.ts  what", "        a/src/…  acknowledgement");
  expect(breaches).toEqual([expect.stringContaining("ARCHITECTURE.md:7 is no step")]);
});

it("refuses a document without steps", () => {
  expect(breachesOf()).toEqual(["ARCHITECTURE.md lists no steps"]);
});
