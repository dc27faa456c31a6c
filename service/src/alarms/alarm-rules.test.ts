import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { AlarmEngine } from "./alarm-engine.ts";
import type { AlarmRule, Observation } from "./alarm-rule.ts";
import { ALARM_RULES } from "./alarm-rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

function start() {
  const time = new ManualTime();
  const raised: string[] = [];
  const engine = new AlarmEngine({
    rules: ALARM_RULES,
    monotonicMs: () => time.monotonicMs(),
    raise: ({ rule }) => void raised.push(rule.name),
  });
  return { time, engine, raised };
}

/** The nth event that counts for the rule, by one key. */
function counted({ event, distinct }: AlarmRule, n: number): Observation {
  const observation = { event, account: "account", network: "network", tag: "cat-0001" };
  return { ...observation, ...(distinct !== undefined && { [distinct]: `${n}` }) };
}

test.each(ALARM_RULES)("$name trips at its threshold within its window, once", (rule) => {
  const { time, engine, raised } = start();
  const mine = (): string[] => raised.filter((name) => name === rule.name);
  const stepMs = Math.floor((rule.windowS * 1_000 - 1) / Math.max(1, rule.threshold));
  for (let n = 1; n < rule.threshold; n++) {
    engine.observe(counted(rule, n));
    time.advance(stepMs);
  }
  expect(mine()).toEqual([]);
  engine.observe(counted(rule, rule.threshold));
  expect(mine()).toEqual([rule.name]);
  for (let n = 1; n <= 2 * rule.threshold; n++) engine.observe(counted(rule, n));
  expect(mine()).toEqual([rule.name]);
  time.advance(rule.quietS * 1_000);
  for (let n = 1; n <= rule.threshold; n++) engine.observe(counted(rule, n));
  expect(mine()).toEqual([rule.name, rule.name]);
});

test.each(ALARM_RULES.filter(({ threshold }) => threshold > 1))(
  "$name does not trip by as many events over a longer time",
  (rule) => {
    const { time, engine, raised } = start();
    const stepMs = Math.ceil((rule.windowS * 1_000) / (rule.threshold - 1));
    for (let n = 1; n <= 3 * rule.threshold; n++) {
      engine.observe(counted(rule, n));
      time.advance(stepMs);
    }
    expect(raised.filter((name) => name === rule.name)).toEqual([]);
  },
);

/** What people and tags do that are well, and a rule must not take for an attack. `repeat`: calls back `times` times, so far apart. */
const ORDINARY: Readonly<
  Record<
    string,
    (
      observe: (observation: Observation) => void,
      repeat: (times: number, everyMs: number, work: (i: number) => void) => void,
    ) => void
  >
> = {
  "login-failures-of-account": (observe, repeat) =>
    repeat(9, 20_000, () => observe({ event: "login.failed", account: "alf", network: "home" })),
  "login-failures-of-address": (observe, repeat) =>
    repeat(8, MINUTE_MS, (i) =>
      repeat(4, 5_000, () => observe({ event: "login.failed", account: `${i}`, network: "mobile" })),
    ),
  "logins-to-many-accounts": (observe, repeat) =>
    repeat(9, MINUTE_MS, (i) => observe({ event: "login.failed", account: `${i % 5}`, network: "office" })),
  "refresh-token-reuse": () => undefined,
  "new-devices": (observe, repeat) =>
    repeat(4, HOUR_MS, () => observe({ event: "device.new", account: "alf" })),
  "second-factor-off": () => undefined,
  "mass-export": (observe, repeat) =>
    repeat(3, 10 * MINUTE_MS, (i) => observe({ event: "account.exported", account: `${i}` })),
  "mass-export-of-tags": (observe, repeat) =>
    repeat(20, MINUTE_MS, (i) =>
      observe({ event: "locations.exported", account: `${i % 4}`, tag: `cat-${i}` }),
    ),
  "repeated-export": (observe, repeat) =>
    repeat(3, HOUR_MS, () => observe({ event: "account.exported", account: "alf" })),
  "mass-erasure": (observe, repeat) =>
    repeat(10, HOUR_MS, (i) => observe({ event: "account.closed", account: `${i}` })),
  "tags-given-up": (observe, repeat) =>
    repeat(5, MINUTE_MS, (i) => observe({ event: "tag.given-up", account: "alf", tag: `cat-${i}` })),
  "probing-foreign-ids": (observe, repeat) =>
    repeat(500, 1_000, () =>
      observe({ event: "id.foreign", account: "alf", object: "a tag that I gave up" }),
    ),
  "guessing-found-codes": (observe, repeat) =>
    repeat(20, 5_000, (i) => observe({ event: "found-code.wrong", network: "rain", object: `${i % 4}` })),
  "guessing-claim-codes": (observe, repeat) =>
    repeat(20, 5_000, (i) => observe({ event: "claim-code.wrong", account: "alf", object: `${i % 4}` })),
  "tag-in-two-places": (observe, repeat) =>
    repeat(60, 2 * MINUTE_MS, () => observe({ event: "tag.second-session", tag: "under-a-roof" })),
  "tag-under-another-name": (observe) => observe({ event: "tag.second-session", tag: "cat-0001" }),
  "revoked-certificate": (observe) => observe({ event: "tag.second-session", tag: "cat-0001" }),
  "clock-spoofing": (observe, repeat) =>
    repeat(24, HOUR_MS, () => observe({ event: "clock.doubted", tag: "cat-0001" })),
  "position-spoofing": (observe, repeat) =>
    repeat(50, 10 * MINUTE_MS, () => observe({ event: "place.doubted", tag: "between-houses" })),
  "tag-quota": () => undefined,
  "request-quota": (observe, repeat) =>
    repeat(100, 1_000, () => observe({ event: "quota.requests", account: "a page that loads a month" })),
  "counted-keys-forgotten": (observe, repeat) =>
    repeat(5_000, 10, (i) => observe({ event: "login.failed", account: `${i}`, network: `${i}` })),
};

/** Faults of the installation, which nobody's ordinary life causes: what sees them has the test of when it does not. */
const FAULTS = ["trail-broken", "trail-unwritten", "certificate-ending", "disk-filling", "backup-old"];

test("each rule has its ordinary life, or is about a fault", () => {
  const names = ALARM_RULES.map(({ name }) => name);
  expect(names.toSorted()).toEqual([...Object.keys(ORDINARY), ...FAULTS].toSorted());
});

test.each(Object.entries(ORDINARY))("%s does not trip in ordinary life", (_name, live) => {
  const { time, engine, raised } = start();
  const repeat = (times: number, everyMs: number, work: (i: number) => void): void => {
    for (let i = 0; i < times; i++) {
      work(i);
      time.advance(everyMs);
    }
  };
  live((observation) => engine.observe(observation), repeat);
  expect(raised).toEqual([]);
});
