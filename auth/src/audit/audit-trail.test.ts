import { afterAll, beforeAll, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService } from "../testing/test-service.ts";
import type { TestService } from "../testing/test-service.ts";
import { verifyAuditRows } from "./audit-trail.ts";
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
  return auth.service.database.selectFrom("audit_event").selectAll().orderBy("number").execute();
}

test("tells what happened to which account, in order, and from which networks without naming them", async () => {
  const trail = await rows();
  const refusals = ["login.refused", "login.refused"];
  const events = ["account.registered", "mail.verified", "login.accepted", ...refusals, "session.reused"];
  expect(trail.map(({ event }) => event)).toEqual(events);
  const [registered, , accepted, refused, unknown, reused] = trail;
  expect(new Set([registered?.account, accepted?.account, refused?.account, reused?.account]).size).toBe(1);
  expect(unknown?.account).toBe("");
  expect(accepted?.network).toBe(registered?.network);
  expect(refused?.network).not.toBe(registered?.network);
  expect(JSON.stringify(trail)).not.toMatch(/mia|example|203\.0\.113|192\.0\.2|grey|wrong/u);
});

test("is a chain in which every change shows", async () => {
  const trail = await rows();
  expect(verifyAuditRows(trail)).toBe("intact");
  expect(verifyAuditRows(trail.slice(2))).toBe("intact");
  for (const [index, row] of trail.entries()) {
    for (const change of [{ event: "roles.changed" }, { at: row.at + 1 }, { account: "0" }, { network: "0" }])
      expect(verifyAuditRows(trail.with(index, { ...row, ...change }))).toEqual({ brokenAt: row.number });
    if (index > 0 && index < trail.length - 1)
      expect(verifyAuditRows(trail.toSpliced(index, 1))).toEqual({ brokenAt: row.number + 1 });
  }
});

test("keeps events that could not be written and writes them with the next, in order", async () => {
  const before = (await rows()).length;
  const { audit, database } = auth.service;
  await database.schema.alterTable("audit_event").renameTo("away").execute();
  audit.record({ event: "mail.verified", account: "a" });
  expect(await audit.flush()).toBe(false);
  expect(auth.logLines.join("")).toContain("audit.unwritten");
  await database.schema.alterTable("away").renameTo("audit_event").execute();
  audit.record({ event: "password.changed", account: "a" });
  expect((await rows()).slice(before).map(({ event }) => event)).toEqual([
    "mail.verified",
    "password.changed",
  ]);
});
