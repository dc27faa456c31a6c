import { createLog } from "@purrimeter/service/log";
import { openDatabase } from "@purrimeter/database/open-database";
import { leafOfEntry } from "@purrimeter/audit/trail-row";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Role } from "../accounts/accounts.ts";
import type { AuditRow } from "../audit/audit-trail.ts";
import { openAccounts } from "../accounts/open-accounts.ts";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { TestPeople } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { TestService } from "../testing/test-service.ts";
import { changeRoles } from "./change-roles.ts";

let people: TestPeople;
let auth: TestService;

beforeAll(async () => {
  people = await TestPeople.start();
  ({ auth } = people);
});
afterAll(() => people.close());

/** Gives the roles and logs in again, with a second factor. */
async function promote(person: Person, roles: readonly Role[]): Promise<Person> {
  const { secret } = await people.enrol(person);
  expect(await changeRoles(auth.service, person.email as MailAddress, roles)).toBe("changed");
  const { challenge } = (await people.logIn(person)).body;
  const { body } = await people.finish(person, challenge, people.codeOf(secret));
  return { ...person, token: body.accessToken };
}

describe("roles", () => {
  test("are an owner's at first, and stand in the tokens after a change, not before", async () => {
    const mia = await people.newOwner();
    expect(decodeJwt(mia.token)["roles"]).toEqual(["owner"]);
    const promoted = await promote(mia, ["owner", "auditor"]);
    expect(decodeJwt(promoted.token)["roles"]).toEqual(["owner", "auditor"]);
    expect((await people.get(mia, "/account")).status).toBe(401);
    expect((await people.get(promoted, "/account")).body.roles).toEqual(["owner", "auditor"]);
  });

  test("that reach other people's matters need a second factor", async () => {
    const mia = await people.newOwner();
    expect(await changeRoles(auth.service, mia.email as MailAddress, ["operator"])).toBe("no-second-factor");
    expect(await changeRoles(auth.service, asMailAddress("no@example.org") as MailAddress, ["owner"])).toBe(
      "no-account",
    );
    expect((await people.get(mia, "/account")).body.roles).toEqual(["owner"]);
  });
});

test("roles stay as they are while the trail cannot be written", async () => {
  const mia = await people.newOwner();
  const { database, audit } = auth.service;
  await database.schema.alterTable("trail").renameTo("away").execute();
  const outcome = await changeRoles(auth.service, mia.email as MailAddress, ["owner", "viewer"]);
  await database.schema.alterTable("away").renameTo("trail").execute();
  expect(outcome).toBe("no-trail");
  const { status, body } = await people.get(mia, "/account");
  expect([status, body.roles]).toEqual([200, ["owner"]]);
  await audit.flush();
});

describe("another process", () => {
  test("changes roles while the service runs, and cloud-api hears of it while it waits", async () => {
    const mia = await people.newOwner();
    const path = auth.databasePath;
    const database = openDatabase({ path, key: auth.databaseKey, migrations: AUTH_MIGRATIONS });
    const log = createLog("cli", { write: () => undefined });
    const listener = (): void => undefined;
    const opened = await openAccounts({
      database,
      databaseKey: auth.databaseKey,
      auditKey: auth.auditKey,
      log,
      time: auth.time,
      listener,
    });
    const { next } = (await auth.call({ path: "/sessions/ended" })).body;
    const waiting = auth.call({ path: `/sessions/ended?after=${next}&waitS=30` });
    expect(await changeRoles(opened, mia.email as MailAddress, ["owner", "viewer"])).toBe("changed");
    expect((await waiting).body.items.map(({ sid }) => sid)).toEqual([decodeJwt(mia.token)["sid"]]);
    await opened.database.destroy();
  });
});

describe("the trail", () => {
  test("is read by auditors, page by page, as leaves of a tree", async () => {
    const auditor = await promote(await people.newOwner(), ["auditor"]);
    const rows: AuditRow[] = [];
    for (let next: number | null = 0; next !== null;) {
      const { status, body } = await people.get(auditor, `/audit?after=${next}&limit=3`);
      expect(status).toBe(200);
      rows.push(...(body.items as unknown as AuditRow[]));
      next = body.next;
    }
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
    const leaves = rows.map((row) => leafOfEntry(row).toString("base64"));
    expect(rows.map(({ leaf }) => leaf)).toEqual(leaves);
    expect(rows.map(({ event }) => event)).toContain("roles.changed");
  });

  test("notes who reads it", async () => {
    const auditor = await promote(await people.newOwner(), ["auditor"]);
    await people.get(auditor, "/audit");
    await auth.service.audit.flush();
    const { body } = await people.get(auditor, "/audit?limit=1000");
    const last = (body.items as unknown as AuditRow[]).at(-1);
    expect(last).toMatchObject({
      event: "audit.read",
      account: auth.service.audit.nameOf(String(decodeJwt(auditor.token).sub)),
    });
  });

  test("stays closed to owners and operators", async () => {
    const owner = await people.newOwner();
    expect((await people.get(owner, "/audit")).status).toBe(403);
    expect((await people.get(await promote(owner, ["operator"]), "/audit")).status).toBe(403);
    expect((await auth.call({ path: "/audit" })).status).toBe(401);
  });
});
