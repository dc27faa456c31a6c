import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService, type TestService } from "../testing/test-service.ts";
import { cutFutureTimes } from "./cut-future-times.ts";

const DAY_S = 86_400;
const AHEAD_S = 4_000 * DAY_S;
const OWNER = { email: "mia@example.org", password: "three grey cats on a wall" };

let auth: TestService;
let lines: string[];
let rightS: number;
beforeEach(async () => {
  auth = await startTestService();
  lines = [];
  await registerVerified(auth, OWNER);
  rightS = auth.clock.s;
});
afterEach(() => auth.close());

function cut(isTrusted = true): Promise<void> {
  return cutFutureTimes({
    database: auth.service.database,
    isClockTrusted: () => isTrusted,
    now: auth.service.now,
    log: createLog("auth", { write: (line) => void lines.push(line) }),
  });
}

async function loginAhead(): Promise<{ refreshToken: string; accessToken: string }> {
  auth.clock.s = rightS + AHEAD_S;
  const { status, body } = await auth.call({ path: "/login", body: OWNER });
  expect(status).toBe(200);
  auth.clock.s = rightS + 60;
  return body;
}

/** Days for which a session of that token can be carried on. */
async function daysOf(first: string): Promise<number> {
  let refreshToken = first;
  for (let day = 0; day < 60; day += 5) {
    auth.clock.s = rightS + 120 + day * DAY_S;
    const { status, body } = await auth.call({ path: "/refresh", body: { refreshToken } });
    if (status !== 200) return day;
    refreshToken = body.refreshToken;
  }
  return Infinity;
}

test("a session that a clock ahead began ends thirty days after the clock is right", async () => {
  const { refreshToken } = await loginAhead();
  await cut();
  expect(await daysOf(refreshToken)).toBe(30);
  expect(lines.join("")).toContain("clock.cut");
});

test("nothing is cut by a clock that is not trusted, nor what is not in the future", async () => {
  await loginAhead();
  await cut(false);
  const session = await auth.service.database.selectFrom("session").selectAll().execute();
  expect(Math.max(...session.map((row) => row.created_at))).toBe(rightS + AHEAD_S);
  await cut();
  lines = [];
  await cut();
  expect(lines).toEqual([]);
});

test("an access token that a clock ahead signed is void on the right one", async () => {
  const { accessToken } = await loginAhead();
  const headers = { authorization: `Bearer ${accessToken}` };
  expect((await auth.call({ path: "/sessions", headers })).status).toBe(401);
  auth.clock.s = rightS + AHEAD_S;
  expect((await auth.call({ path: "/sessions", headers })).status).toBe(200);
});

test("a mailed link from a clock ahead is void on the right one", () => {
  auth.clock.s = rightS + AHEAD_S;
  const { purposeTokens } = auth.service;
  const [account, binding] = ["00".repeat(16), Buffer.from("b")];
  const token = purposeTokens.write("reset", account, binding, 1_800);
  expect(purposeTokens.check("reset", token, binding)).toBe(true);
  auth.clock.s = rightS;
  expect(purposeTokens.check("reset", token, binding)).toBe(false);
});

test("a personal token keeps the length of its life; an unverified account and a change of address their days", async () => {
  const { database, personalTokens } = auth.service;
  const { id: account } = await database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  auth.clock.s = rightS + AHEAD_S;
  await personalTokens.make({ account, name: "a", scopes: [], expiresAt: auth.clock.s + DAY_S });
  await database.updateTable("account").set({ created_at: auth.clock.s }).execute();
  const change = { account, mail_sealed: Buffer.from("m"), asked_at: auth.clock.s };
  await database.insertInto("mail_change").values(change).execute();
  auth.clock.s = rightS;
  await cut();
  const token = await database.selectFrom("personal_token").selectAll().executeTakeFirstOrThrow();
  expect([token.created_at, token.expires_at]).toEqual([rightS, rightS + DAY_S]);
  const rows = await database
    .selectFrom("account")
    .innerJoin("mail_change", "mail_change.account", "account.id")
    .select(["account.created_at", "mail_change.asked_at"])
    .executeTakeFirstOrThrow();
  expect(rows).toEqual({ created_at: rightS, asked_at: rightS });
});
