import { createLog } from "@purrimeter/log/log";
import { openDatabase } from "@purrimeter/store/open-database";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../accounts.ts";
import { verifyAuditRows } from "../audit/audit-trail.ts";
import type { AuditRow } from "../audit/audit-trail.ts";
import { asMailAddress } from "../mail-address.ts";
import type { MailAddress } from "../mail-address.ts";
import { openAccounts } from "../open-accounts.ts";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { STEP_S, totpCode } from "../second-factor/totp.ts";
import { startTestService } from "../test-service.ts";
import type { Answer, TestService } from "../test-service.ts";
import { changeRoles } from "./change-roles.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;
let people = 0;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

interface Person {
  readonly email: string;
  readonly token: string;
}

async function newOwner(): Promise<Person> {
  people += 1;
  const email = `owner${people}@example.org`;
  const { body } = await auth.call({ path: "/register", body: { email, password: PASSWORD } });
  return { email, token: body.accessToken };
}

/** Gives the roles and logs in again, with a second factor. */
async function promote({ email, token }: Person, roles: readonly Role[]): Promise<Person> {
  const headers = { authorization: `Bearer ${token}` };
  const { secret } = (
    await auth.call({ path: "/second-factors/totp", headers, body: { password: PASSWORD } })
  ).body;
  const bits = [...secret]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => parseInt(byte, 2)));
  const code = (): string => totpCode(key, Math.floor(auth.clock.s / STEP_S));
  await auth.call({ path: "/second-factors/totp/confirm", headers, body: { code: code() } });
  expect(await changeRoles(auth.service, email as MailAddress, roles)).toBe("changed");
  auth.clock.s += STEP_S;
  const { challenge } = (await auth.call({ path: "/login", body: { email, password: PASSWORD } })).body;
  const { body } = await auth.call({ path: "/login/second-factor", body: { challenge, code: code() } });
  return { email, token: body.accessToken };
}

function get({ token }: Person, path: string): Promise<Answer> {
  return auth.call({ path, headers: { authorization: `Bearer ${token}` } });
}

describe("roles", () => {
  test("are an owner's at first, and stand in the tokens after a change, not before", async () => {
    const mia = await newOwner();
    expect(decodeJwt(mia.token)["roles"]).toEqual(["owner"]);
    const promoted = await promote(mia, ["owner", "auditor"]);
    expect(decodeJwt(promoted.token)["roles"]).toEqual(["owner", "auditor"]);
    expect((await get(mia, "/account")).status).toBe(401);
    expect((await get(promoted, "/account")).body.roles).toEqual(["owner", "auditor"]);
  });

  test("that reach other people's matters need a second factor", async () => {
    const mia = await newOwner();
    expect(await changeRoles(auth.service, mia.email as MailAddress, ["operator"])).toBe("no-second-factor");
    expect(await changeRoles(auth.service, asMailAddress("no@example.org") as MailAddress, ["owner"])).toBe(
      "no-account",
    );
    expect((await get(mia, "/account")).body.roles).toEqual(["owner"]);
  });
});

describe("another process", () => {
  test("changes roles while the service runs, and the gateway hears of it within a second", async () => {
    const mia = await newOwner();
    const path = auth.databasePath;
    const database = openDatabase({ path, key: auth.databaseKey, migrations: AUTH_MIGRATIONS });
    const [log, now] = [createLog("cli", { write: () => undefined }), (): number => auth.clock.s];
    const listener = (): void => undefined;
    const opened = await openAccounts({ database, databaseKey: auth.databaseKey, log, now, listener });
    const { next } = (await auth.call({ path: "/sessions/ended" })).body;
    const waiting = auth.call({ path: `/sessions/ended?after=${next}&waitS=30` });
    const began = performance.now();
    expect(await changeRoles(opened, mia.email as MailAddress, ["owner", "viewer"])).toBe("changed");
    expect((await waiting).body.items.map(({ sid }) => sid)).toEqual([decodeJwt(mia.token)["sid"]]);
    expect(performance.now() - began).toBeLessThan(3_000);
    await opened.database.destroy();
  });
});

describe("the trail", () => {
  test("is read by auditors, page by page, as a chain", async () => {
    const auditor = await promote(await newOwner(), ["auditor"]);
    const rows: AuditRow[] = [];
    for (let next: number | null = 0; next !== null;) {
      const { status, body } = await get(auditor, `/audit?after=${next}&limit=3`);
      expect(status).toBe(200);
      rows.push(...(body.items as unknown as AuditRow[]));
      next = body.next;
    }
    expect(rows.length).toBeGreaterThan(5);
    expect(verifyAuditRows(rows)).toBe("intact");
    expect(rows.map(({ event }) => event)).toContain("roles.changed");
  });

  test("notes who reads it", async () => {
    const auditor = await promote(await newOwner(), ["auditor"]);
    await get(auditor, "/audit");
    await auth.service.audit.flush();
    const { body } = await get(auditor, "/audit?limit=1000");
    const last = (body.items as unknown as AuditRow[]).at(-1);
    expect(last).toMatchObject({ event: "audit.read", account: decodeJwt(auditor.token).sub });
  });

  test("stays closed to owners and operators", async () => {
    const owner = await newOwner();
    expect((await get(owner, "/audit")).status).toBe(403);
    expect((await get(await promote(owner, ["operator"]), "/audit")).status).toBe(403);
    expect((await auth.call({ path: "/audit" })).status).toBe(401);
  });
});
