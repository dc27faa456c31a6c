import { transformSync } from "@babel/core";
import { expect, it } from "vitest";
import { hoistConstants } from "./hoist-constants.ts";
import { inlineOnce } from "./inline-once.ts";
import { uniqueNames } from "./unique-names.ts";

const OPTIONS = { babelrc: false, configFile: false, sourceType: "script" } as const;

/** The program with everything moved, and what it says when it runs. */
function moved(body: string): { code: string; said: unknown; saidBefore: unknown } {
  const program = `(() => {${body}})()`;
  const named = transformSync(program, { ...OPTIONS, plugins: [uniqueNames] });
  const { code = "" } =
    transformSync(named?.code ?? "", { ...OPTIONS, plugins: [inlineOnce(/^keep$/), hoistConstants] }) ?? {};
  return { code, said: run(code), saidBefore: run(program) };
}

function run(code: string): unknown[] {
  const said: unknown[] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the programs of this file
  const program = new Function("say", code) as (say: (value: unknown) => void) => void;
  program((value) => void said.push(value));
  return said;
}

it.each([
  ["a value", "function twice(a) { return a * 2; } say(twice(4));"],
  ["a value of a member", "function twice(a) { return a * 2; } const o = { x: 4 }; say(twice(o.x));"],
  [
    "statements before the one that reads the result",
    "function f(a) { var b = a + 1; say(b); return b; } var c = f(1); say(c);",
  ],
  [
    "returns at the end of a function",
    "function f(a) { if (a > 1) return 'more'; return 'less'; } function g(a) { return f(a); } say(g(1)); say(g(2));",
  ],
  [
    "a case that falls to no other",
    "function f(a) { if (a) say('f'); } function g(k) { switch (k) { case 1: return f(k); case 2: return say('two'); } } g(1); g(2);",
  ],
  ["a parameter that is changed", "function f(n) { while (n > 0) n--; say(n); } var m = 3; f(m); say(m);"],
  [
    "a variable that begins as undefined in every round",
    "function f(i) { var x; if (i === 0) x = 1; say(x); } for (var i = 0; i < 3; i++) f(i);",
  ],
  [
    "a method",
    "class A { constructor() { this.n = 1; this.add(2); } add(k) { this.n += k; } } say(new A().n);",
  ],
  [
    "the same names in both",
    "function f(a) { var b = a * 2; say(b); } function g() { var b = 1; f(b + 1); say(b); } g();",
  ],
])("moves %s", (_, body) => {
  const { code, said, saidBefore } = moved(body);
  expect(said).toEqual(saidBefore);
  expect(code).not.toMatch(/\b(?:twice|f|add)\(/);
});

it.each([
  ["is called twice", "function f(a) { say(a); say(a); } f(1); f(2);"],
  ["calls itself", "function f(a) { say(a); if (a > 0) f(a - 1); } f(2);"],
  [
    "returns from its middle while its caller goes on",
    "function f(a) { if (a) return 1; say('no'); return 2; } var c = f(1); say(c);",
  ],
  [
    "is called after something else of its statement",
    "function f() { var a = 1; say(a); return a; } say((say('first'), 2) + f());",
  ],
  ["is a method called from outside", "class A { keep() { say(1); } go() { this.keep(); } } new A().go();"],
])("leaves alone what %s", (_, body) => {
  const { code, said, saidBefore } = moved(body);
  expect(said).toEqual(saidBefore);
  expect(code).toMatch(/(?:\bf|keep)\(/);
});

it("names what is written often", () => {
  const long = "say(4294967295); ".repeat(5);
  const { code, said, saidBefore } = moved(`${"say(Math.floor(1.5)); ".repeat(5)}${long}`);
  expect(said).toEqual(saidBefore);
  expect(code.match(/(?<!_)4294967295|Math\.floor/g)).toEqual(["Math.floor", "4294967295"]);
});
