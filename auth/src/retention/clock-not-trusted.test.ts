import { systemTime } from "@purrimeter/service/system-time";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClosedAccounts } from "../erasure/closed-accounts.ts";
import { SessionEndings } from "../sessions/session-endings.ts";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService, type TestService } from "../testing/test-service.ts";
import { DataKeys } from "../accounts/data-keys.ts";
import { Sessions } from "../sessions/sessions.ts";

const DAY_S = 86_400;
const OWNER = { email: "mia@example.org", password: "three grey cats on a wall" };

let auth: TestService;
let account: string;
beforeEach(async () => {
  auth = await startTestService();
  await registerVerified(auth, OWNER);
  const row = await auth.service.database.selectFrom("account").select("id").executeTakeFirstOrThrow();
  account = row.id;
});
afterEach(() => auth.close());

const endings = () => new SessionEndings(auth.service.database, { ...systemTime, utcS: () => auth.clock.s });

test("an expired session is refused and stays, until the clock is right again", async () => {
  const keys = await DataKeys.open(auth.service.database, auth.databaseKey);
  const { database, now } = auth.service;
  const sessions = new Sessions(database, keys, endings(), now, () => false);
  const { refreshToken, sid } = await sessions.begin(account, "");
  auth.clock.s += 400 * DAY_S;
  expect(await sessions.refresh(refreshToken)).toEqual({ kind: "unknown" });
  auth.clock.s -= 400 * DAY_S;
  expect(await sessions.refresh(refreshToken)).toMatchObject({ kind: "refreshed", session: { sid } });
});

test.each([
  [false, 1],
  [true, 0],
])("a closed account stays on the list: trusted %s", async (isTrusted, listed) => {
  const { database, now } = auth.service;
  const closed = new ClosedAccounts(database, endings(), now, () => isTrusted);
  await closed.begin(account);
  auth.clock.s += 400 * DAY_S;
  expect(await closed.done(account)).toBe("erased");
  expect(await closed.list()).toHaveLength(listed);
});
