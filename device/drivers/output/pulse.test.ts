import { beforeEach, expect, it } from "vitest";
import { Pulse } from "./pulse.ts";

let nowMs: number;
let waiting: { atMs: number; call: () => void }[];
let isOn: boolean;
let pulse: Pulse;

beforeEach(() => {
  nowMs = 0;
  waiting = [];
  isOn = false;
  pulse = new Pulse(
    (level) => (isOn = level),
    (ms, call) => waiting.push({ atMs: nowMs + ms, call }),
  );
});

function pass(ms: number): void {
  nowMs += ms;
  const isDue = ({ atMs }: { atMs: number }): boolean => atMs <= nowMs;
  const due = waiting.filter(isDue);
  waiting = waiting.filter((one) => !isDue(one));
  for (const { call } of due) call();
}

it("is on for as long as it was asked to be", () => {
  pulse.start(5);
  pass(4_999);
  expect(isOn).toBe(true);
  pass(1);
  expect(isOn).toBe(false);
});

it("goes on when it is asked again, until the last one that asked has had its time", () => {
  pulse.start(5);
  pass(3_000);
  pulse.start(5);
  pass(4_000);
  expect(isOn).toBe(true);
  pass(1_000);
  expect(isOn).toBe(false);
});

it("is over sooner when somebody asks for less", () => {
  pulse.start(60);
  pulse.start(1);
  pass(1_000);
  expect(isOn).toBe(false);
  pulse.start(120);
  pass(60_000);
  expect(isOn).toBe(true);
});
