import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCOUNT_TABLES } from "../accounts/account-tables.ts";
import { PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import { ACCOUNT_READERS } from "./account-data.ts";

let people: TestPeople;
let mia: Person;

beforeAll(async () => {
  people = await TestPeople.start();
  mia = await people.newOwner();
});
afterAll(() => people.close());

test("every table that the registry exports is read, and no other", () => {
  const exported = ACCOUNT_TABLES.filter(({ exported }) => "as" in exported).map(({ table }) => table);
  expect(Object.keys(ACCOUNT_READERS).sort()).toEqual(exported.sort());
});

test("the owner gets what is stored, and no secret of it", async () => {
  const id = String(decodeJwt(mia.token).sub);
  const { status, body } = await people.call(mia, "POST", "/account/export", { password: PASSWORD });
  expect(status).toBe(200);
  const { parts } = body as unknown as { parts: Record<string, { table: string; event?: string }[]> };
  expect(parts["account"]).toMatchObject([{ table: "account", id, roles: "owner" }]);
  expect(parts["sessions"]?.length).toBeGreaterThan(0);
  expect(parts["trail"]?.map(({ event }) => event)).toContain("login.accepted");
  expect(JSON.stringify(parts)).not.toMatch(/hash|sealed|secret|password_tag/);
});

test("nobody gets it without the password, and the trail says who got it", async () => {
  expect((await people.call(mia, "POST", "/account/export", { password: WRONG_PASSWORD })).status).toBe(400);
  expect((await people.call(mia, "POST", "/account/export", {})).status).toBe(400);
  const rows = await people.auth.service.audit.read({ after: 0, limit: 1_000, event: "account.exported" });
  expect(rows).toHaveLength(1);
});
