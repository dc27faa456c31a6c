import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { openDatabase } from "@purrimeter/database/open-database";
import type { Database } from "@purrimeter/database/open-database";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { AuthService } from "../auth-service.ts";
import { createService } from "../create-service.ts";
import { logIn } from "./log-in.ts";
import type { Argon2Cost } from "../password/password-hasher.ts";
import { register } from "./register.ts";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { TEST_COST } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
const MAIL = asMailAddress("mia@example.org") as MailAddress;
const databaseKey = randomBytes(32);
let folder: string;
let database: Database;
const services: AuthService[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-auth-"));
  database = openDatabase({
    path: join(folder, "accounts.db"),
    key: databaseKey,
    migrations: AUTH_MIGRATIONS,
  });
});
afterEach(async () => {
  for (const service of services.splice(0)) {
    await service.mailQueue.flush();
    await service.audit.flush();
  }
  database.close();
  rmSync(folder, { recursive: true });
});

async function serviceAt(cost: Argon2Cost, key = databaseKey): Promise<AuthService> {
  const service = await createService({
    ...{
      database,
      databaseKey: key,
      auditKey: randomBytes(32),
      cost,
      otherKeys: [],
      issuer: "i",
      audience: "a",
    },
    mailer: { send: () => Promise.resolve() },
    linkBase: "",
    alarms: { observe: () => undefined },
    relyingParty: { id: "localhost", origins: [] },
    signingKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    log: createLog("auth", { write: () => undefined }),
    time: new ManualTime(),
  });
  services.push(service);
  return service;
}

function credentials(
  password = PASSWORD,
  mail = MAIL,
): { mail: MailAddress; password: string; address: string } {
  return { mail, password, address: randomBytes(8).toString("hex") };
}

test("a login after the cost has changed makes the hash anew, a refused one does not", async () => {
  await register(await serviceAt(TEST_COST), credentials());
  const dearer = { memoryKiB: 128, passes: 2, lanes: 1 };
  const service = await serviceAt(dearer);
  await service.accounts.markMailVerified((await service.accounts.findByMail(MAIL))?.id ?? "", 1);
  await logIn(service, credentials("wrong wrong wrong"));
  expect((await service.accounts.findByMail(MAIL))?.passwordHash.cost).toEqual(TEST_COST);
  expect(await logIn(service, credentials())).toMatchObject({ kind: "accepted" });
  expect((await service.accounts.findByMail(MAIL))?.passwordHash.cost).toEqual(dearer);
  expect(await logIn(service, credentials())).toMatchObject({ kind: "accepted" });
});

test("a wrong password and an unknown address take the same look-ups and the same hash", async () => {
  const service = await serviceAt(TEST_COST);
  await register(service, credentials());
  // The mail of the registration looks things up as well.
  await service.mailQueue.flush();
  const costOf = async (mail: MailAddress): Promise<{ looks: string[]; workKiB: number }> => {
    const before = service.hasher.workKiB;
    const asked = vi.spyOn(database, "prepare");
    expect(await logIn(service, credentials("wrong wrong wrong", mail))).toEqual({ kind: "refused" });
    const looks = asked.mock.calls.map(([sql]) => sql);
    asked.mockRestore();
    await service.audit.flush();
    return { looks, workKiB: service.hasher.workKiB - before };
  };
  const known = await costOf(MAIL);
  expect(known.looks).not.toEqual([]);
  expect(known.workKiB).toBe(TEST_COST.memoryKiB * TEST_COST.passes);
  expect(await costOf("nobody@example.org" as MailAddress)).toEqual(known);
});

test("the mail address can be read back, and stands in no file", async () => {
  const service = await serviceAt(TEST_COST);
  await register(service, credentials());
  const account = await service.accounts.findByMail(MAIL);
  expect(await service.accounts.mailOf(account?.id ?? "")).toBe(MAIL);
  for (const table of ["account", "data_key", "session"])
    expect(JSON.stringify(database.prepare(`SELECT * FROM ${table}`).all())).not.toContain("mia");
  const files = readdirSync(folder).map((file) => readFileSync(join(folder, file), "latin1"));
  expect(files.join("")).not.toContain("mia@example.org");
});

test("a seal that was moved to another account does not open", async () => {
  const service = await serviceAt(TEST_COST);
  await register(service, credentials());
  await register(service, credentials(PASSWORD, "eve@example.org" as MailAddress));
  const eve = await service.accounts.findByMail("eve@example.org" as MailAddress);
  const mia = await service.accounts.findByMail(MAIL);
  const move = "UPDATE account SET mail_sealed = (SELECT mail_sealed FROM account WHERE id = ?) WHERE id = ?";
  database.prepare(move).run(mia?.id, eve?.id);
  await expect(service.accounts.mailOf(eve?.id ?? "")).rejects.toThrow();
});

test("another database key does not open the service's own keys", async () => {
  await serviceAt(TEST_COST);
  await expect(serviceAt(TEST_COST, randomBytes(32))).rejects.toThrow();
});
