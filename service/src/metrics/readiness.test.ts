import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { Readiness, type CheckOutcome, type ReadinessCheck } from "./readiness.ts";

const FINE: CheckOutcome = { ok: true, detail: "answers" };

const check = (name: string, run: () => Promise<CheckOutcome>): ReadinessCheck => ({ name, check: run });

test("is ready when each check is ok", async () => {
  const checks = [check("store", () => Promise.resolve(FINE)), check("disk", () => Promise.resolve(FINE))];
  const report = await new Readiness(checks, new ManualTime()).report();
  expect(report).toEqual({ status: "ready", checks: { store: FINE, disk: FINE } });
});

test("names what is not ok, and a check that throws", async () => {
  const bad = { ok: false, detail: "1 MiB free" };
  const broken = Object.assign(new Error("secret text"), { code: "SQLITE_CORRUPT" });
  const checks = [
    check("store", () => Promise.reject(broken)),
    check("disk", () => Promise.resolve(bad)),
    check("auth", () => Promise.resolve(FINE)),
  ];
  expect(await new Readiness(checks, new ManualTime()).report()).toEqual({
    status: "not-ready",
    checks: { store: { ok: false, detail: "failed (SQLITE_CORRUPT)" }, disk: bad, auth: FINE },
  });
});

test("does not wait for a check that hangs longer than its deadline", async () => {
  const time = new ManualTime();
  const readiness = new Readiness([check("auth", () => new Promise(() => undefined))], time);
  const report = readiness.report();
  time.advance(2_000);
  expect(await report).toEqual({
    status: "not-ready",
    checks: { auth: { ok: false, detail: "no answer within 2 s" } },
  });
});

test("runs the checks once for all who ask at the same time and within a second", async () => {
  const time = new ManualTime();
  let runs = 0;
  const readiness = new Readiness(
    [check("store", () => Promise.resolve({ ok: ++runs < 2, detail: "" }))],
    time,
  );
  await Promise.all([readiness.report(), readiness.report()]);
  time.advance(999);
  await readiness.report();
  expect(runs).toBe(1);
  time.advance(1);
  expect((await readiness.report()).status).toBe("not-ready");
  expect(runs).toBe(2);
  expect(time.pending).toBe(0);
});
