import { beforeEach, expect, it } from "vitest";
import { WakePlan } from "./wake-plan.ts";

let nowMs: number;
let nextMs: number;
let isQuiet: boolean;
let timer: { readonly ms: number; readonly call: () => void } | undefined;
const done: string[] = [];
let plan: WakePlan;

beforeEach(() => {
  [nowMs, nextMs, isQuiet, timer] = [0, Infinity, true, undefined];
  done.length = 0;
  plan = new WakePlan({
    monotonicMs: () => nowMs,
    nextWakeMs: () => nextMs,
    isQuiet: () => isQuiet,
    after: (ms, call) => {
      const made = { ms, call };
      timer = made;
      return () => {
        if (timer === made) timer = undefined;
      };
    },
    sleep: (ms) => {
      nowMs += ms;
      done.push(`sleep ${ms}`);
    },
    wake: () => done.push(`wake ${nowMs}`),
  });
});

function elapse(): void {
  const { ms, call } = timer!;
  timer = undefined;
  nowMs += ms;
  call();
}

it("waits awake while something sends, however long it takes", () => {
  isQuiet = false;
  nextMs = 60_000;
  plan.renew();
  elapse();
  expect(done).toEqual(["wake 60000"]);
});

it("sleeps until the next wake-up when it is quiet, and an hour at most", () => {
  nextMs = 30_001;
  plan.renew();
  elapse();
  expect(done).toEqual(["sleep 30000", "wake 30001"]);
  nextMs = Infinity;
  plan.renew();
  elapse();
  expect(done[2]).toBe("sleep 3600000");
});

it("does not fall asleep for less than a second, nor when somebody began to send meanwhile", () => {
  nextMs = 999;
  plan.renew();
  elapse();
  nextMs = 60_000;
  plan.renew();
  isQuiet = false;
  elapse();
  expect(done).toEqual(["wake 999", "wake 1000"]);
  expect(timer?.ms).toBe(59_000);
});

it("plans one wake-up, however often it is asked, and another after each", () => {
  isQuiet = false;
  nextMs = 50;
  plan.renew();
  plan.renew();
  elapse();
  expect(timer).toBeDefined();
  expect(done).toEqual(["wake 50"]);
});
