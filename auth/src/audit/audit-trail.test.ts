import { afterAll, beforeAll, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService } from "../testing/test-service.ts";
import type { TestService } from "../testing/test-service.ts";
import { verifyTrail } from "@purrimeter/audit/verify-trail";
import type { AuditRow } from "./audit-trail.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;

beforeAll(async () => {
  auth = await startTestService();
  const owner = { email: "mia@example.org", password: PASSWORD };
  const { body } = await registerVerified(auth, owner);
  await auth.call({
    path: "/login",
    body: { ...owner, password: "wrong wrong wrong" },
    address: "203.0.113.7",
  });
  await auth.call({ path: "/login", body: { ...owner, email: "nobody@example.org" } });
  await auth.call({ path: "/refresh", body: { refreshToken: body.refreshToken } });
  auth.clock.s += 31;
  await auth.call({ path: "/refresh", body: { refreshToken: body.refreshToken } });
});
afterAll(() => auth.close());

async function rows(): Promise<AuditRow[]> {
  await auth.service.audit.flush();
  return auth.service.audit.read({ after: 0, limit: 1_000 });
}

function verified() {
  const { trail, auditKeys: keys } = auth.service.trail;
  return verifyTrail({ trail, keys, own: { checkpoints: [], unsigned: 0 } });
}

test("tells what happened to which account, in order, and from which networks without naming them", async () => {
  const trail = await rows();
  const refusals = ["login.refused", "login.refused"];
  const events = ["account.registered", "mail.verified", "login.accepted", ...refusals, "session.reused"];
  expect(trail.map(({ event }) => event)).toEqual(events);
  const [registered, , accepted, refused, unknown, reused] = trail;
  expect(new Set([registered?.account, accepted?.account, refused?.account, reused?.account]).size).toBe(1);
  expect([accepted?.actor, refused?.actor, reused?.actor]).toEqual([registered?.account, "", ""]);
  expect(unknown?.account).toBe("");
  expect(accepted?.network).toBe(registered?.network);
  expect(refused?.network).not.toBe(registered?.network);
  const { id } = await auth.service.database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  expect(registered?.account).toBe(auth.service.audit.nameOf(id));
  expect(JSON.stringify(trail)).not.toMatch(/mia|example|203\.0\.113|192\.0\.2|grey|wrong/u);
  expect(JSON.stringify(trail)).not.toContain(id);
});

test("is a tree in which every change shows", async () => {
  const trail = await rows();
  expect(verified()).toMatchObject({ intact: true, rows: trail.length });
  const { database } = auth.service;
  for (const { number, at, account } of trail)
    for (const [change, back] of [
      [{ at: at + 1 }, { at }],
      [{ account: "0" }, { account }],
    ] as const) {
      const change1 = database.updateTable("trail").where("number", "=", number);
      await change1.set(change).execute();
      expect(verified()).toEqual({ intact: false, brokenAt: number, fault: "changed" });
      await change1.set(back).execute();
    }
});

test("keeps events that could not be written and writes them with the next, in order", async () => {
  const before = (await rows()).length;
  const { audit, database } = auth.service;
  await database.schema.alterTable("trail").renameTo("away").execute();
  audit.record({ event: "mail.verified", account: "a" });
  expect(await audit.flush()).toBe(false);
  expect(auth.logLines.join("")).toContain("audit.unwritten");
  await database.schema.alterTable("away").renameTo("trail").execute();
  audit.record({ event: "password.changed", account: "a" });
  expect((await rows()).slice(before).map(({ event }) => event)).toEqual([
    "mail.verified",
    "password.changed",
  ]);
});

test("an act whose row cannot be written is not done, and one that fails has no row", async () => {
  const { audit, accounts, database } = auth.service;
  const { id } = await database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  const before = (await rows()).length;
  const act = (fails: boolean): Promise<void> =>
    audit.act(async () => {
      await accounts.setRoles(id, ["owner", "auditor"]);
      audit.record({ event: "roles.changed", account: id });
      if (fails) throw new Error("the act failed");
    });
  const rolesNow = async (): Promise<unknown> => (await accounts.findById(id))?.roles;
  await database.schema.alterTable("trail").renameTo("away").execute();
  await expect(act(false)).rejects.toThrow("trail");
  await database.schema.alterTable("away").renameTo("trail").execute();
  expect(await rolesNow()).toEqual(["owner"]);
  await expect(act(true)).rejects.toThrow("the act failed");
  expect([await rolesNow(), (await rows()).length]).toEqual([["owner"], before]);
  await act(false);
  expect(await rolesNow()).toEqual(["owner", "auditor"]);
  expect((await rows()).slice(before).map(({ event }) => event)).toEqual(["roles.changed"]);
});

test("what is asked beside an act waits for it, and what an act leaves behind is not in it", async () => {
  const { audit, database } = auth.service;
  let isOver = false;
  let late: Promise<unknown> = Promise.resolve();
  const act = audit.act(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    late = new Promise((resolve) => setImmediate(resolve)).then(() =>
      database.selectFrom("account").select("id").execute(),
    );
    isOver = true;
  });
  const beside = database
    .selectFrom("account")
    .select("id")
    .execute()
    .then(() => isOver);
  expect(await beside).toBe(true);
  await act;
  expect(await late).toHaveLength(1);
});
