import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import { seededRandom } from "@purrimeter/service/testing/seeded-random";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { Answer } from "./testing/test-api.ts";
import { PASSWORD, TestAccounts, type TestAccount } from "./testing/test-accounts.ts";

const OWNERS = 200;
const DAYS = 7;
const DAY_S = 86_400;

/** One who lives with a cat: accounts, devices and habits of people, none of them an attacker. */
interface Keeper {
  readonly account: TestAccount;
  readonly address: string;
  tag: TagId | undefined;
  /** Marks of devices that were let in. */
  readonly marks: string[];
  refreshToken: string;
  token: string;
}

const random = seededRandom(20_261_130);
/** 0 to 1. */
const dice = (): number => Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(dice() * all.length)];

let accounts: TestAccounts;
const keepers: Keeper[] = [];

/** An office of forty and a mobile network of eighty share an address each. */
function addressOf(i: number): string {
  if (i < 40) return "198.51.100.7";
  return i < 120 ? "203.0.113.9" : `192.0.2.${i - 100}`;
}

beforeAll(async () => {
  accounts = await TestAccounts.start();
  for (let i = 0; i < OWNERS; i++) {
    const account = await accounts.owner();
    const tag = await accounts.api.claimedTag(account);
    const { refreshToken, token } = account;
    keepers.push({ account, address: addressOf(i), tag, marks: [], refreshToken, token });
  }
});
afterAll(() => accounts.close());

function post(
  keeper: Keeper,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  accounts.api.peer = keeper.address;
  return accounts.api.ask(path, { method: "POST", body, headers, token: keeper.token });
}

function get(keeper: Keeper, path: string): Promise<Answer> {
  accounts.api.peer = keeper.address;
  return accounts.api.ask(path, { token: keeper.token });
}

async function logIn(keeper: Keeper): Promise<void> {
  const mistypes = dice() < 0.02 ? 6 : dice() < 0.3 ? 1 + Math.floor(dice() * 3) : 0;
  const mark = dice() < 0.9 ? pick(keeper.marks) : undefined;
  const headers = mark === undefined ? {} : { [DEVICE_MARK_HEADER]: mark };
  const { email } = keeper.account;
  for (let i = 0; i < mistypes; i++) {
    await post(keeper, "/v1/auth/login", { email, password: `${PASSWORD} ${i}` }, headers);
    accounts.advance(5);
  }
  const entered = await post(keeper, "/v1/auth/login", { email, password: PASSWORD }, headers);
  if (entered.status !== 200) return;
  const given = entered.headers.get(DEVICE_MARK_HEADER);
  if (given !== null && !keeper.marks.includes(given)) keeper.marks.push(given);
  take(keeper, entered);
}

function take(keeper: Keeper, { text }: Answer): void {
  const { accessToken, refreshToken } = JSON.parse(text) as { accessToken: string; refreshToken: string };
  Object.assign(keeper, { token: accessToken, refreshToken });
}

/** A page is opened: the session goes on, sometimes with an answer that was lost and asked for again. */
async function lookAfterCat(keeper: Keeper): Promise<void> {
  const refresh = () => post(keeper, "/v1/auth/refresh", { refreshToken: keeper.refreshToken });
  let refreshed = await refresh();
  if (dice() < 0.1) refreshed = await refresh();
  if (refreshed.status === 200) take(keeper, refreshed);
  else await logIn(keeper);
  const { tag } = keeper;
  if (tag === undefined) return;
  for (const path of ["", "/locations/latest", "/events"]) await get(keeper, `/v1/tags/${tag}${path}`);
}

/** Gives the tag up; a page in another tab of the browser goes on asking for it. */
async function giveUp(keeper: Keeper): Promise<void> {
  const { tag } = keeper;
  if (tag === undefined) return;
  accounts.api.peer = keeper.address;
  await accounts.api.ask(`/v1/tags/${tag}`, { method: "DELETE", token: keeper.token });
  keeper.tag = undefined;
  for (let i = 0; i < 30; i++) await get(keeper, `/v1/tags/${tag}/locations/latest`);
}

/** A finder in the rain, and an owner who reads a code from a crumpled paper. */
async function mistypeCodes(keeper: Keeper): Promise<void> {
  for (const end of ["A", "B", "A"]) await get(keeper, `/v1/found/ABCDE-FGHJ${end}`);
  for (const end of ["A", "B", "C"]) await post(keeper, "/v1/tags/claim", { code: `ABCDE-FGHJK-MNPQ${end}` });
}

async function leave(keeper: Keeper): Promise<void> {
  accounts.api.peer = keeper.address;
  const body = { password: PASSWORD };
  await accounts.api.ask("/v1/account", { method: "DELETE", body, token: keeper.token });
}

async function live(keeper: Keeper): Promise<void> {
  if (dice() < 0.15) await logIn(keeper);
  await lookAfterCat(keeper);
  if (dice() < 0.01) await mistypeCodes(keeper);
  if (dice() < 0.01) await giveUp(keeper);
  if (dice() < 0.002) await leave(keeper);
}

test("a week of 200 owners trips no rule of security", async () => {
  for (let day = 0; day < DAYS; day++) {
    for (const keeper of keepers) {
      await live(keeper);
      accounts.advance(Math.floor(DAY_S / OWNERS));
    }
  }
  expect([accounts.auth.raised, accounts.api.raised]).toEqual([[], []]);
  expect(accounts.auth.mails.length).toBeGreaterThan(0);
  // It is a week in which much goes wrong all the same.
  const refused = accounts.api.logged.filter(({ status }) => status === 401 || status === 404);
  expect(refused.length).toBeGreaterThan(100);
}, 300_000);
