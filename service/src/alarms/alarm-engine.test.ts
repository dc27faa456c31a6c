import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { AlarmEngine, type Alarm } from "./alarm-engine.ts";
import type { AlarmRule } from "./alarm-rule.ts";
import { ALARM_RULES } from "./alarm-rules.ts";

const RULE: AlarmRule = {
  name: "test",
  event: "login.failed",
  key: "account",
  windowS: 60,
  threshold: 3,
  severity: "warning",
  quietS: 600,
  says: "A test.",
};

function start(rules: readonly AlarmRule[] = [RULE]) {
  const time = new ManualTime();
  const alarms: Alarm[] = [];
  const monotonicMs = (): number => time.monotonicMs();
  const engine = new AlarmEngine({ rules, monotonicMs, raise: (alarm) => void alarms.push(alarm) });
  const fail = (account: string, times = 1): void => {
    for (let i = 0; i < times; i++)
      engine.observe({ event: "login.failed", account, network: "n", tag: "t" });
  };
  return { time, alarms, engine, fail };
}

test("an alarm says its key and nothing else of the last event", () => {
  const { alarms, fail } = start();
  fail("alf", 3);
  expect(alarms).toEqual([{ rule: RULE, by: { account: "alf" }, more: 0 }]);
});

test("keys are counted apart, and an event without the key not at all", () => {
  const { alarms, engine, fail } = start();
  fail("alf", 2);
  fail("bea", 2);
  for (let i = 0; i < 5; i++) engine.observe({ event: "login.failed" });
  expect(alarms).toEqual([]);
  fail("bea");
  expect(alarms.map(({ by }) => by.account)).toEqual(["bea"]);
});

test("a thousand keys raise ten alarms, and the next one says how many more there were", () => {
  const { time, alarms, fail } = start();
  for (let i = 0; i < 1_000; i++) fail(`${i}`, 3);
  expect(alarms).toHaveLength(10);
  time.advance(3_600_000);
  fail("later", 3);
  expect(alarms.at(-1)).toMatchObject({ by: { account: "later" }, more: 990 });
});

test("a flood of keys is told, takes bounded memory and hides nobody who comes again and again", () => {
  const { time, alarms, fail } = start([
    RULE,
    ...ALARM_RULES.filter(({ event }) => event === "keys.forgotten"),
  ]);
  fail("victim", 2);
  for (let i = 0; i < 100_000; i++) fail(`flood ${i}`);
  expect(alarms.map(({ rule }) => rule.name)).toEqual(["counted-keys-forgotten"]);
  fail("victim");
  expect(alarms.at(-1)?.by).toEqual({ account: "victim" });
  time.advance(60_000);
});

test("keys whose window is over are forgotten without a word", () => {
  const { time, alarms, fail } = start([
    RULE,
    ...ALARM_RULES.filter(({ event }) => event === "keys.forgotten"),
  ]);
  for (let i = 0; i < 10_000; i++) fail(`early ${i}`);
  time.advance(60_000);
  for (let i = 0; i < 10_000; i++) fail(`late ${i}`);
  expect(alarms).toEqual([]);
});
