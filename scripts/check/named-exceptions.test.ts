import { expect, it } from "vitest";
import { machineRules } from "./machine.ts";
import { checkExceptedFiles, checkLargerFiles, isRefused } from "./named-exceptions.ts";
import { rulesOfSizes } from "./sizes.ts";
import type { Sizes } from "./sizes.ts";

const FUNCTION = "function f(a: number, b: number): void {\n  // why\n\n  if (a > b) return;\n}\n";

it.each([
  "const t = Date.now();",
  "const t = new Date();",
  "const t = performance.now();",
  "const t = globalThis.performance.now();",
  "setTimeout(f, 1);",
  "globalThis.setTimeout(f, 1);",
  "setInterval(f, 1);",
  "setImmediate(f);",
  "const home = process.env.HOME;",
  'const home = process.env["HOME"];',
  "const { env } = process;",
  "const r = Math.random();",
  "const t = process.hrtime.bigint();",
  'import { setTimeout as sleep } from "node:timers/promises";',
  'import { setTimeout as later } from "node:timers";',
  'import { env } from "node:process";',
])("refuses to ask the machine: %s", (text) => {
  expect(isRefused(text, machineRules)).toBe(true);
});

it.each([
  "const t = new Date(0);",
  "const t = new Date(nowMs).toISOString();",
  "socket.setTimeout(1);",
  "function f(setTimeout: (ms: number) => void): void { setTimeout(1); }",
  "process.exitCode = 1;",
])("accepts %s", (text) => {
  expect(isRefused(text, machineRules)).toBe(false);
});

it.each<[keyof Sizes, number]>([
  ["fileLines", 3],
  ["functionLines", 3],
  ["complexity", 2],
  ["parameters", 2],
])("refuses more than the greatest %s", (name, size) => {
  expect(isRefused(FUNCTION, rulesOfSizes({ [name]: size }))).toBe(false);
  expect(isRefused(FUNCTION, rulesOfSizes({ [name]: size - 1 }))).toBe(true);
});

it("accepts an exception that is as large as the file, and refuses a larger one", () => {
  const read = (): string => FUNCTION;
  expect(checkLargerFiles(read, { "a/src/f.ts": { complexity: 2, parameters: 2 } })).toEqual([]);
  expect(checkLargerFiles(read, { "a/src/f.ts": { complexity: 3, parameters: 2 } })).toEqual([
    { where: "a/src/f.ts", what: "has become smaller; lower complexity from 3 in scripts/check/sizes.ts" },
  ]);
});

it("refuses an exception for a file that does not exist", () => {
  const read = (): undefined => undefined;
  expect(checkLargerFiles(read, { "a/src/f.ts": { complexity: 2 } })).toHaveLength(1);
  expect(checkExceptedFiles(read, ["a/src/f.ts"], machineRules)).toHaveLength(1);
});

it("refuses an exception that is not needed any more", () => {
  const timer = (): string => "setTimeout(f, 1);";
  expect(checkExceptedFiles(timer, ["a/src/f.ts"], machineRules)).toEqual([]);
  expect(checkExceptedFiles(() => FUNCTION, ["a/src/f.ts"], machineRules)).toEqual([
    { where: "a/src/f.ts", what: "needs no exception any more; remove it from scripts/check/machine.ts" },
  ]);
});
