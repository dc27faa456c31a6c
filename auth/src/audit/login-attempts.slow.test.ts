import { afterEach, beforeEach, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService, type TestService } from "../testing/test-service.ts";

const OWNER = { email: "mia@example.org", password: "three grey cats on a wall" };
const HOUR_S = 3_600;
let auth: TestService;

beforeEach(async () => {
  auth = await startTestService();
  await registerVerified(auth, OWNER);
});
afterEach(() => auth.close());

async function rows(event: string) {
  await auth.service.audit.flush();
  return auth.service.audit.read({ after: 0, limit: 1_000, event });
}

async function guess(times: number, more: object = {}): Promise<readonly number[]> {
  const body = { ...OWNER, password: "wrong wrong wrong" };
  const statuses: number[] = [];
  for (let i = 0; i < times; i++)
    statuses.push(
      (await auth.call({ path: "/login", body: { ...body, ...more }, address: "203.0.113.7" })).status,
    );
  return statuses;
}

test("each attempt that is looked at has a row, and those that are turned away one an hour with their count", async () => {
  const statuses = await guess(20);
  const looked = statuses.filter((status) => status !== 429).length;
  expect(looked).toBeLessThan(20);
  expect(await rows("login.refused")).toHaveLength(looked);
  const [first, ...others] = await rows("login.throttled");
  expect(others).toEqual([]);
  expect(first).toMatchObject({ actor: "", count: 0 });
  expect(first?.account).toBe((await rows("login.refused"))[0]?.account);
  expect(first?.network).not.toBe("");
  auth.service.audit.endPastHours();
  expect(await rows("login.throttled-more")).toEqual([]);
  auth.clock.s += HOUR_S;
  auth.service.audit.endPastHours();
  expect((await rows("login.throttled-more")).map(({ count }) => count)).toEqual([20 - looked]);
});

test("attempts at an address that has no account are in the trail too, and name nobody", async () => {
  await guess(20, { email: "nobody@example.org" });
  const all = [...(await rows("login.refused")), ...(await rows("login.throttled"))];
  expect(all.length).toBeGreaterThan(1);
  expect(new Set(all.map(({ account }) => account))).toEqual(new Set([""]));
});

test("a link and a second step that are not good are attempts", async () => {
  const link = await auth.call({
    path: "/login/link",
    body: { token: "x".repeat(40) },
    address: "203.0.113.7",
  });
  expect(link.status).toBe(400);
  const step = { challenge: "x".repeat(40), code: "123456" };
  const second = await auth.call({ path: "/login/second-factor", body: step, address: "203.0.113.7" });
  expect(second.status).toBe(401);
  expect(await rows("login.refused")).toHaveLength(2);
});

test("a count that is left does not give an erased account a pseudonym again", async () => {
  await guess(20);
  const { audit } = auth.service;
  const { id } = await auth.service.database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  await audit.flush();
  expect(audit.nameOf(id)).toBeDefined();
  await audit.act(async () => {
    audit.record({ event: "account.erased", account: id, actor: "" });
    await Promise.resolve();
  });
  auth.clock.s += HOUR_S;
  audit.endPastHours();
  await audit.flush();
  expect(audit.nameOf(id)).toBeUndefined();
});
