import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { TestPeople } from "../testing/test-people.ts";
import { sweepUnverified } from "./sweep-unverified.ts";

const HOUR_MS = 3_600_000;
const DAYS = 7;

let people: TestPeople;
beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

test("accounts that nobody verified end at each hour, and none by a clock that is not trusted", async () => {
  const { service, clock } = people.auth;
  const mia = await people.register();
  const { id } = await people.accountOf(mia);
  let isTrusted = false;
  let sweep = (): void => undefined;
  const every = (ms: number, work: () => void): (() => void) => {
    expect(ms).toBe(HOUR_MS);
    sweep = work;
    return () => (sweep = () => undefined);
  };
  clock.s += 400 * 86_400;
  const begun: string[] = [];
  const erasures = {
    begin: (account: string, ifUnverified?: boolean) => {
      begun.push(account);
      return service.erasures.begin(account, ifUnverified);
    },
  };
  // What a sweep by itself does not wait for.
  let looked: Promise<readonly string[]> = Promise.resolve([]);
  const accounts = {
    neverVerified: (beforeS: number, most: number) =>
      (looked = service.accounts.neverVerified(beforeS, most)),
  };
  const log = createLog("auth", { write: () => undefined });
  const parts = { ...service, accounts, erasures, log, time: { every }, isClockTrusted: () => isTrusted };
  const cancel = sweepUnverified(parts, DAYS);
  sweep();
  expect([await looked, begun]).toEqual([[], []]);
  isTrusted = true;
  sweep();
  expect(await looked).toEqual([id]);
  await expect.poll(() => service.erasures.list(), { timeout: 30_000 }).toEqual([id]);
  cancel();
});
