import { transformSync } from "@babel/core";
import { expect, it } from "vitest";
import { inlineConstants } from "./inline-constants.ts";
import { uniqueNames } from "./unique-names.ts";

const OPTIONS = { babelrc: false, configFile: false, sourceType: "script" } as const;

function inlined(body: string): string {
  const named = transformSync(`(() => {${body}})()`, { ...OPTIONS, plugins: [uniqueNames] });
  return transformSync(named?.code ?? "", { ...OPTIONS, plugins: [inlineConstants] })?.code ?? "";
}

function run(code: string): unknown[] {
  const said: unknown[] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the programs of this file
  const program = new Function("say", code) as (say: (value: unknown) => void) => void;
  program((value) => void said.push(value));
  return said;
}

it.each([
  ["a number that is read", "var A = 7, B = -2; function f() { return A * B; } say(f());"],
  ["a property of the same name", "var A = 7; const o = { A: A, b: A }; o.A = 8; say(o.A + o.b);"],
  ["a short form of a property", "var A = 7; const o = { A }; say(o.A);"],
  ["an index", "var A = 1; say([4, 5][A]);"],
  ["an index of what is set", "function f(a) { var B = 1; a[B] = 9; a[B]++; return a; } say(f([1, 2])[1]);"],
])("writes %s in its place", (_, body) => {
  const code = inlined(body);
  expect(code).not.toMatch(/var/);
  expect(run(code)).toEqual(run(`(() => {${body}})()`));
});

it.each([
  ["is counted", "var a = 0; function f() { a++; } f(); say(a);"],
  ["is set again", "var a = 0; a = 5; say(a);"],
  ["counts rounds", "for (var i = 0; i < 3; i++) say(i);"],
  ["is a loop's", "for (var k of [1, 2]) { say(k); }"],
  ["is a loop's from before", "var k = 3; for (k of [1, 2]) say(k); say(k);"],
  ["is defined twice", "var a = 1; say(a); var a = 2; say(a);"],
  ["is set by a pattern", "var a = 1; [a] = [2]; say(a);"],
])("leaves a variable that %s", (_, body) => {
  expect(run(inlined(body))).toEqual(run(`(() => {${body}})()`));
});
