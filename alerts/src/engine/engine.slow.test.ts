import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADA, BOB, ToldHousehold } from "../testing/told-household.ts";
import { lagCheck } from "./lag-check.ts";

const MAIL = "a@example.org: Mia left Garden";
let house: ToldHousehold;

beforeEach(async () => {
  house = new ToldHousehold();
  await house.claim(ADA, "cat-1");
});
afterEach(() => house.close());

/** A promise that a test resolves. */
function held<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  const { promise, resolve } = Promise.withResolvers<Value>();
  return { promise, resolve };
}

async function eventually(sent: readonly string[]): Promise<void> {
  await expect.poll(() => house.sent().toSorted()).toEqual([...sent].toSorted());
}

describe("without any configuration", () => {
  test("who owns a tag that left is told at the verified address, once, and can follow each stage", async () => {
    house.engine();
    await house.crosses("cat-1", "outside");
    await eventually([MAIL]);
    const [attempt] = house.attempts;
    expect(attempt?.id).toMatch(/^[a-z2-7]{26}$/u);
    expect(attempt?.message.text).toMatch(
      /^Mia left Garden on .*\n\nTo change what you are told, and where: https:/u,
    );
    await expect.poll(async () => (await house.alertsOf(ADA))[0]?.deliveries[0]?.state).toBe("delivered");
    const [alert] = await house.alertsOf(ADA);
    const { decidedAt = 0, sentAt = 0, storedAt = 0, handedAt = 0, deliveredAt = 0 } = alert?.stages ?? {};
    const stages = [decidedAt, sentAt, storedAt, handedAt, deliveredAt];
    expect(stages.every((stage) => stage > 0)).toBe(true);
    expect(handedAt).toBeGreaterThanOrEqual(storedAt);
    expect(deliveredAt).toBeGreaterThanOrEqual(handedAt);
  });

  test("an address that nobody has verified gets nothing, and the alert says why", async () => {
    house.contact = () => ({ kind: "none" });
    house.engine();
    await house.crosses("cat-1", "outside");
    await expect
      .poll(async () => (await house.alertsOf(ADA))[0]?.deliveries)
      .toMatchObject([{ state: "failed", lastError: "the account has no verified mail address" }]);
    expect(house.attempts).toEqual([]);
  });
});

describe("what hangs delays nobody else", () => {
  test("neither another account nor another channel of the account", async () => {
    await house.claim(BOB, "cat-2");
    const hanging = held<never>();
    house.answer = ({ endpoint }) =>
      endpoint.kind === "email" && endpoint.address.startsWith("a")
        ? hanging.promise
        : Promise.resolve({ outcome: "delivered", reason: "taken" });
    const endpoint = { kind: "ntfy", url: "https://ntfy.example/topic" } as const;
    await house.store.forOwner(ADA).addAlertChannel({ name: "Phone", endpoint });
    house.engine();
    await expect.poll(() => house.attempts.length).toBe(1);
    const code = house.attempts[0]?.message.data["code"] as string;
    const [channel] = await house.store.forOwner(ADA).alertChannels();
    if (channel === undefined) throw new Error("no channel");
    expect(await house.store.forOwner(ADA).proveAlertChannel(channel.id, code)).toMatchObject({
      state: "active",
    });
    house.attempts.length = 0;
    for (let times = 0; times < 6; times++) {
      await house.crosses("cat-1", "outside");
      await house.store.forOwner(ADA).testAlertChannel(channel.id);
    }
    await house.crosses("cat-2", "outside");
    const phone = "https://ntfy.example/topic";
    const tests = Array.from({ length: 6 }, () => `${phone}: Test of your alerts`);
    await eventually([MAIL, `${phone}: Mia left Garden`, ...tests, "b@example.org: Mia left Garden"]);
  });
});

describe("what fails", () => {
  test("is tried again with the same id, later and later, and says its age", async () => {
    house.answer = () => Promise.resolve({ outcome: "failed", reason: "answered 500", tls: "TLSv1.3" });
    house.engine();
    await house.crosses("cat-1", "outside");
    await expect.poll(() => house.attempts.length).toBe(1);
    await expect.poll(async () => (await house.alertsOf(ADA))[0]?.deliveries[0]?.attempts).toBe(1);
    house.aheadMs += 7_000;
    await expect.poll(() => house.attempts.length).toBe(2);
    await expect.poll(async () => (await house.alertsOf(ADA))[0]?.deliveries[0]?.attempts).toBe(2);
    house.answer = () => Promise.resolve({ outcome: "delivered", reason: "taken", tls: "TLSv1.3" });
    house.aheadMs += 7_200_000;
    await expect.poll(() => house.attempts.length).toBe(3);
    expect(new Set(house.attempts.map(({ id }) => id)).size).toBe(1);
    expect(house.attempts[2]?.message.text).toContain("it is 2 hours old");
    await expect
      .poll(async () => (await house.alertsOf(ADA))[0]?.deliveries)
      .toMatchObject([{ state: "delivered", attempts: 3, tls: "TLSv1.3" }]);
  });

  test("to be kept is tried again with the same id by who comes after", async () => {
    const { alertWork } = house.store;
    const work = Object.assign(Object.create(alertWork) as typeof alertWork, {
      finish: () => Promise.reject(new Error("killed")),
    });
    for (const name of ["takeTasks", "conclude", "takeDeliveries", "putRight", "nextDueMs"] as const)
      Object.assign(work, { [name]: (alertWork[name] as (...values: unknown[]) => unknown).bind(alertWork) });
    const first = house.engine({ work });
    await house.crosses("cat-1", "outside");
    await expect.poll(() => house.attempts.length).toBe(1);
    await first.stop(1_000);
    house.engine();
    house.aheadMs += 60_000;
    await expect.poll(() => house.attempts.length).toBe(2);
    expect(new Set(house.attempts.map(({ id }) => id)).size).toBe(1);
    await expect.poll(async () => (await house.alertsOf(ADA))[0]?.deliveries[0]?.state).toBe("delivered");
  });

  test("because the store fails goes on when it is well again, and is logged once", async () => {
    let isBroken = true;
    house.engine({
      changeCount: () => (isBroken ? Promise.reject(new Error("full")) : house.store.changeCount()),
    });
    await house.crosses("cat-1", "outside");
    await expect.poll(() => house.logLines.length).toBe(1);
    isBroken = false;
    await eventually([MAIL]);
    expect(house.logLines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      "alerts.store.failed",
      "alerts.store.recovered",
    ]);
  });
});

test("while the clock is doubted no timer fires, and what happens is told", async () => {
  house.isClockTrusted = false;
  house.aheadMs = 400 * 86_400_000;
  const engine = house.engine();
  await house.crosses("cat-1", "outside", 90_000);
  await eventually([MAIL]);
  expect((await house.alertsOf(ADA)).map(({ kind }) => kind)).toEqual(["left"]);
  expect(await lagCheck(engine, () => false).check()).toMatchObject({ ok: true });
});

test("what is due and not done makes the process not ready", async () => {
  const engine = house.engine();
  await engine.stop(0);
  expect(await lagCheck(engine, () => true).check()).toMatchObject({ ok: true });
  await house.crosses("cat-1", "outside");
  house.aheadMs += 61_000;
  expect(await lagCheck(engine, () => true).check()).toMatchObject({ ok: false });
});

test("a stop begins nothing more and waits for what is under way", async () => {
  const hanging = held<{ outcome: "delivered"; reason: string }>();
  house.answer = () => hanging.promise;
  const engine = house.engine();
  await house.crosses("cat-1", "outside");
  await expect.poll(() => house.attempts.length).toBe(1);
  const stopped = engine.stop(30_000);
  hanging.resolve({ outcome: "delivered", reason: "taken" });
  await stopped;
  expect((await house.alertsOf(ADA))[0]?.deliveries[0]?.state).toBe("delivered");
  await house.crosses("cat-1", "inside");
  engine.wake();
  expect(house.attempts.length).toBe(1);
});

test("metrics count alerts by kind, attempts by channel and outcome, and stages", async () => {
  house.engine();
  await house.crosses("cat-1", "outside");
  await eventually([MAIL]);
  await expect
    .poll(async () => (await house.metrics.text()).text)
    .toContain('deliveries_total{channel="account-mail",outcome="delivered"} 1');
  const { text } = await house.metrics.text();
  expect(text).toContain('purrimeter_alerts_alerts_total{kind="left"} 1');
  expect(text).toContain('purrimeter_alerts_stage_seconds_count{stage="report-to-attempt"} 1');
});

test("the log names no person, no place and no endpoint", async () => {
  house.answer = () => Promise.resolve({ outcome: "gone", reason: "answered 410" });
  house.engine();
  await house.crosses("cat-1", "outside");
  await expect.poll(async () => (await house.alertsOf(ADA))[0]?.deliveries[0]?.state).toBe("failed");
  expect(house.logLines.join("")).not.toMatch(/example|Mia|Garden|@/u);
});
