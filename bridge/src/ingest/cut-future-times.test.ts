import { beforeEach, expect, test } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { cutFutureTimes } from "./cut-future-times.ts";

let lines: string[];
let isTrusted: boolean;
let cut: (now: UnixSeconds) => Promise<number>;
beforeEach(() => {
  lines = [];
  isTrusted = true;
  cut = () => Promise.resolve(2);
});

function run(): Promise<void> {
  return cutFutureTimes({
    store: { cutFutureTimes: (now) => cut(now) },
    isClockTrusted: () => isTrusted,
    now: () => 5 as UnixSeconds,
    log: createLog("bridge", { write: (line) => void lines.push(line) }),
  });
}

test("is said when something was cut, and not otherwise", async () => {
  await run();
  expect(lines).toHaveLength(1);
  cut = () => Promise.resolve(0);
  await run();
  expect(lines).toHaveLength(1);
});

test("cuts nothing while the clock is not trusted", async () => {
  isTrusted = false;
  cut = () => Promise.reject(new Error("was asked"));
  await run();
  expect(lines).toEqual([]);
});

test("a fault is logged and no more", async () => {
  cut = () => Promise.reject(Object.assign(new Error("full"), { code: "SQLITE_FULL" }));
  await run();
  expect(lines.join("")).toContain("SQLITE_FULL");
});
