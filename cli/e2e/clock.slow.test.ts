import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemTime } from "@purrimeter/service/system-time";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { verificationLink } from "../src/data-folder/verification-link.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { ApiClient, type Answer, type Ask, type Body } from "./api-client.ts";
import { DEADLINE_MS, purrimeter, servicesOf, startWith, until, type Started } from "./running-purrimeter.ts";

const DAY_S = 86_400;
const SERVICES = ["alerts", "auth", "bridge", "cloud-api", "notifier"];

/** The notifier decides nothing by the time, so that it watches no clock. */
const WATCHERS = SERVICES.filter((name) => name !== "notifier");
const TAG = "alf";

const now = Math.floor(Date.now() / 1_000);
const CLOCKS: readonly (readonly [name: string, offsetS: number])[] = [
  ["400 days ahead", 400 * DAY_S],
  ["in 1970", DAY_S - now],
  ["a day ahead", DAY_S],
  ["in 2038", Date.parse("2038-01-20T00:00:00Z") / 1_000 - now],
  ["two years behind", -730 * DAY_S],
];

/** All of them take minutes; the first two are the farthest that an authority lives through, and the earliest. */
const TRIED = inject("testTimes") > 1 ? CLOCKS : CLOCKS.slice(0, 2);

const data = mkdtempSync(join(tmpdir(), "purrimeter-clock-"));
const offsets = join(data, "offset");
const env = {
  // For programs with several threads, as the program `faketime` preloads it.
  LD_PRELOAD: execFileSync("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"], {
    encoding: "utf8",
  }).trim(),
  FAKETIME_TIMESTAMP_FILE: offsets,
  FAKETIME_NO_CACHE: "1",
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  NODE_OPTIONS: `--import ${new URL("./hand-clock-on.ts", import.meta.url).href}`,
};
const mia = { email: "mia@example.org", password: "zebra lantern copper violin" };
const leo = { email: "leo@example.org", password: "violin copper lantern zebra" };
const unverified = { email: "ida@example.org", password: "lantern zebra violin copper" };
let running: Started;
let client: ApiClient;
let refreshToken: string;
let certificates: readonly string[];

beforeAll(async () => {
  await startAt(0);
  await verified(mia);
  await verified(leo);
  await expectStatus(202, "POST", "/auth/register", { body: unverified });
  const session = (await expectStatus(200, "POST", "/auth/login", { body: mia })).body;
  const token = session.accessToken;
  ({ refreshToken } = session);
  const added = await purrimeter("tags", "add", TAG, "--data", data, "--json");
  const { claimCode: code } = JSON.parse(added.stdout) as { readonly claimCode: string };
  await expectStatus(201, "POST", "/tags/claim", { token, body: { code, name: "Alf" } });
  const invitation = await expectStatus(201, "POST", `/tags/${TAG}/shares`, {
    token,
    body: { kind: "live" },
  });
  const viewer = (await expectStatus(200, "POST", "/auth/login", { body: leo })).body.accessToken;
  await expectStatus(201, "POST", "/shares/accept", { token: viewer, body: { code: invitation.body.code } });
  certificates = chains();
}, 2 * DEADLINE_MS);

afterAll(async () => {
  await stopped();
  rmSync(data, { recursive: true });
});

async function expectStatus(status: number, method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const answer = await client.ask(method, path, ask);
  expect([path, answer.status, answer.status === status ? "" : answer.body]).toEqual([path, status, ""]);
  return answer;
}

async function verified(account: typeof mia): Promise<void> {
  await expectStatus(202, "POST", "/auth/register", { body: account });
  await expectStatus(204, "POST", "/auth/mail/verify", { body: { token: await tokenOf(account) } });
}

/** Also for one that has been asked for before. */
async function tokenOf({ email }: typeof mia): Promise<string> {
  const link = await verificationLink(dataFiles(data), email, systemTime);
  if (isFailure(link)) throw new Error(link.failure);
  return link.token;
}

function setClock(offsetS: number): void {
  writeFileSync(offsets, `${offsetS < 0 ? "" : "+"}${offsetS}\n`);
}

async function startAt(offsetS: number): Promise<void> {
  setClock(offsetS);
  running = await startWith(env, data);
  client = new ApiClient(running.ready);
}

async function stopped(): Promise<void> {
  client.close();
  if (running.process.exitCode !== null) return;
  running.process.kill("SIGTERM");
  expect(await once(running.process, "exit")).toEqual([0, null]);
  await until(() => servicesOf(data).length === 0);
}

function chains(): readonly string[] {
  return SERVICES.map((name) => readFileSync(dataFiles(data).serviceChain(name), "utf8"));
}

/** How often a service has said that its clock is not trusted, and that it is again. */
function wordsOf(service: string): readonly string[] {
  const path = join(data, "log", `${service}.log`);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return lines.flatMap((line) => /"event":"clock\.(distrusted|unconfirmed|trusted)"/.exec(line)?.[1] ?? []);
}

/** Waits until each service doubts its clock once more than `before`, or trusts it again. */
async function untilAllSay(isTrusted: boolean, before: readonly number[]): Promise<void> {
  await until(() =>
    WATCHERS.every((service, i) => {
      const words = wordsOf(service);
      return words.length > (before[i] ?? 0) && (words.at(-1) === "trusted") === isTrusted;
    }),
  );
}

const counts = (): readonly number[] => WATCHERS.map((service) => wordsOf(service).length);

/** On the right clock: ready, and what was there before is there. */
async function expectEverything(): Promise<void> {
  await until(async () => (await client.ask("GET", "/ready")).status === 200);
  const { body } = await expectStatus(200, "POST", "/auth/refresh", { body: { refreshToken } });
  ({ refreshToken } = body);
  expect(await namesOf("/tags", body)).toEqual([TAG]);
  const viewer = (await expectStatus(200, "POST", "/auth/login", { body: leo })).body;
  expect((await expectStatus(200, "GET", "/shares", { token: viewer.accessToken })).body.items.length).toBe(
    1,
  );
  expect(chains()).toEqual(certificates);
  expect((await purrimeter("audit", "verify", "--data", data)).code).toBe(0);
}

async function namesOf(path: string, { accessToken: token }: Body): Promise<readonly string[]> {
  return (await expectStatus(200, "GET", path, { token })).body.items.map(({ id }) => id);
}

describe.each(TRIED)("a clock %s", (_name, offsetS) => {
  test(
    "while everything runs, at a stop and at a start is told, and forgotten on the right one",
    { timeout: 5 * DEADLINE_MS },
    async () => {
      const right = counts();
      setClock(offsetS);
      await untilAllSay(false, right);
      await stopped();
      const wrong = counts();
      await startAt(offsetS);
      await untilAllSay(false, wrong);
      const corrected = counts();
      setClock(0);
      await untilAllSay(true, corrected);
      await expectEverything();
      await stopped();
      await startAt(offsetS);
      await stopped();
      await startAt(0);
      await expectEverything();
    },
  );
});

test("an account that was not verified meanwhile can be", async () => {
  await expectStatus(204, "POST", "/auth/mail/verify", { body: { token: await tokenOf(unverified) } });
  await expectStatus(200, "POST", "/auth/login", { body: unverified });
});
