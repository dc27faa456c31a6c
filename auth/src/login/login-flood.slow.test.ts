import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_COST } from "../password/password-hasher.ts";
import { registerVerified } from "../testing/register-verified.ts";
import { markOf, PASSWORD, WRONG_PASSWORD } from "../testing/test-people.ts";
import { startTestService } from "../testing/test-service.ts";
import type { TestService } from "../testing/test-service.ts";

const HOSTILE = 60;
const HONEST = 10;

let auth: TestService;

beforeAll(async () => {
  auth = await startTestService({ cost: DEFAULT_COST });
});
afterAll(() => auth.close());

test("while 60 addresses flood the login, 9 of 10 logins from familiar devices work", async () => {
  const owner = { email: "mia@example.org", password: PASSWORD };
  const mark = markOf(await registerVerified(auth, owner));
  let isOver = false;
  let turnedAway = 0;
  const flood = async (host: number): Promise<void> => {
    for (let tries = 0; !isOver; tries++) {
      const body = { email: `nobody${host}-${tries}@example.org`, password: WRONG_PASSWORD };
      const { status } = await auth.call({ path: "/login", body, address: `198.51.100.${host}` });
      if (status === 503) turnedAway += 1;
      // The limit by address would end the flood; whoever has more addresses goes on.
      auth.clock.ms += 40;
    }
  };
  const hostile = Array.from({ length: HOSTILE }, (_, host) => flood(host + 1));
  const statuses: number[] = [];
  for (let login = 0; login < HONEST; login++) {
    const headers = { "purrimeter-device-mark": mark };
    const address = `203.0.113.${login}`;
    statuses.push((await auth.call({ path: "/login", body: owner, address, headers })).status);
  }
  isOver = true;
  await Promise.all(hostile);
  expect(turnedAway).toBeGreaterThan(0);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(HONEST - 1);
});
