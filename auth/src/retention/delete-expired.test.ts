import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { verifyTrail } from "@purrimeter/audit/verify-trail";
import { startTestService, type TestService } from "../testing/test-service.ts";
import { deleteExpired } from "./delete-expired.ts";

const DAY_S = 86_400;
const OWNER = { email: "mia@example.org", password: "three grey cats on a wall" };

let auth: TestService;
let last: number | undefined;
beforeEach(async () => {
  auth = await startTestService();
  last = undefined;
});
afterEach(() => auth.close());

function run(isTrusted = true): Promise<void> {
  return deleteExpired({
    ...auth.service,
    clock: {
      retentionTime: (nowS) => (last === undefined ? nowS : Math.min(nowS, last + 3 * DAY_S)),
      keepRetentionTime: (at) => (last = at),
    },
    isClockTrusted: () => isTrusted,
    log: createLog("auth", { write: () => undefined }),
  });
}

async function count(table: "session" | "personal_token"): Promise<number> {
  await auth.service.audit.flush();
  return (await auth.service.database.selectFrom(table).selectAll().execute()).length;
}

test("sessions and personal tokens that have ended are deleted, by a trusted clock only", async () => {
  await auth.call({ path: "/register", body: OWNER });
  const account = await auth.service.database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  const draft = { account: account.id, name: "a", scopes: [], expiresAt: auth.clock.s + DAY_S };
  await auth.service.personalTokens.make(draft);
  await auth.service.sessions.begin(account.id, "");
  auth.clock.s += 400 * DAY_S;
  await run(false);
  expect([await count("session"), await count("personal_token")]).toEqual([1, 1]);
  await run();
  expect([await count("session"), await count("personal_token")]).toEqual([0, 0]);
  const trail = await auth.service.audit.read({ after: 0, limit: 10, event: "retention.deleted" });
  expect(trail.map(({ count: deleted }) => deleted)).toEqual([2]);
});

test("a clock that went 400 days on takes three days of the trail at most, and its hashes stay", async () => {
  auth.service.audit.record({ event: "mail.verified", account: "a" });
  await run();
  auth.clock.s += 401 * DAY_S;
  auth.service.audit.record({ event: "mail.verified", account: "b" });
  await run();
  await auth.service.audit.flush();
  const rows = () => auth.service.audit.read({ after: 0, limit: 10 });
  expect((await rows()).map(({ event }) => event)).toEqual(["mail.verified", "mail.verified"]);
  for (let runs = 0; runs < 134; runs++) await run();
  expect((await rows()).map(({ event, account }) => [event, account])).toEqual([
    ["mail.verified", auth.service.audit.nameOf("b")],
    ["trail.pruned", ""],
  ]);
  const { trail, auditKeys: keys } = auth.service.trail;
  const own = { checkpoints: [], unsigned: 0 };
  expect(verifyTrail({ trail, keys, own })).toMatchObject({ intact: true, rows: 3 });
});
