import { totpCode, STEP_S } from "@purrimeter/auth/totp";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiClient, type Answer, type Ask, type Body } from "./api-client.ts";
import { DEADLINE_MS, purrimeter, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

const SCRIPT = join(import.meta.dirname, "../../audit/verify-proof.mjs");
const PACKAGE = join(import.meta.dirname, "../../service/package.json");
const data = mkdtempSync(join(tmpdir(), "purrimeter-account-"));
const mailFolder = join(data, "secrets", "mail");
const email = "mia@example.org";
const NEW_PASSWORD = "three grey cats on a wall";
let password = "zebra lantern copper violin";
let running: Started;
let client: ApiClient;
let phone: Body;
let recoveryCodes: readonly string[];

/** What is read here of an entry of the trail. */
interface Row {
  readonly number: number;
  readonly event: string;
  readonly subject: string | null;
  readonly proof: object;
}

beforeAll(async () => {
  running = await start(data);
  client = new ApiClient(running.ready);
}, DEADLINE_MS);

afterAll(async () => {
  client.close();
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(data).length === 0);
  rmSync(data, { recursive: true });
});

const ask = (method: string, path: string, asked: Ask = {}): Promise<Answer> =>
  client.ask(method, path, asked);

/** RFC 4648, section 6. */
function fromBase32(secret: string): Buffer {
  const digits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
}

/** The messages that wait, as the command prints them; their files show nothing. */
async function waiting(): Promise<string[]> {
  for (const name of readdirSync(mailFolder).filter((file) => !file.startsWith(".")))
    expect(readFileSync(join(mailFolder, name), "latin1")).not.toMatch(/example\.org|https:/);
  const { stdout } = await purrimeter("accounts", "mails", "--data", data, "--json");
  return (JSON.parse(stdout) as { mails: { text: string }[] }).mails.map(({ text }) => text);
}

const stepNow = (): number => Math.floor(Date.now() / 1_000 / STEP_S);

/** Logs in with a second factor. */
async function logIn(device: string, code: string): Promise<Body> {
  const first = await ask("POST", "/auth/login", { body: { email, password, device } });
  expect([first.status, first.body.type]).toEqual([401, "/v1/problems/second-factor-required"]);
  const { challenge } = first.body;
  const second = await ask("POST", "/auth/login/second-factor", { body: { challenge, code, device } });
  expect(second.status).toBe(200);
  return second.body;
}

/** One that was not used. */
function recoveryCode(): string {
  const [code = "", ...rest] = recoveryCodes;
  recoveryCodes = rest;
  return code;
}

test("an account begins with a registration, whose mail is a file", async () => {
  const registered = await ask("POST", "/auth/register", { body: { email, password, device: "phone" } });
  expect(registered.status).toBe(202);
  expect((await ask("POST", "/auth/login", { body: { email, password } })).status).toBe(401);
  expect(statSync(mailFolder).mode & 0o777).toBe(0o700);
  await until(() => readdirSync(mailFolder).some((name) => /^[^.].*\.eml\.sealed$/.test(name)));
  const [mail = ""] = await waiting();
  const [, verification] = /#[a-z-]+=(\S+)/.exec(mail) ?? [];
  const verified = await ask("POST", "/auth/mail/verify", { body: { token: verification } });
  expect(verified.status).toBe(204);
  phone = (await ask("POST", "/auth/login", { body: { email, password, device: "phone" } })).body;
  expect((await ask("GET", "/auth/account", { token: phone.accessToken })).body).toMatchObject({
    ...{ email, mailVerified: true, roles: ["owner"] },
  });
});

test("a second factor is asked for once it is confirmed", async () => {
  const token = phone.accessToken;
  const begun = await ask("POST", "/auth/second-factors/totp", { token, body: { password } });
  expect(begun.status).toBe(201);
  const secret = fromBase32(begun.body.secret);
  const used = stepNow();
  const confirmation = { token, body: { code: totpCode(secret, used) } };
  const confirmed = await ask("POST", "/auth/second-factors/totp/confirm", confirmation);
  expect(confirmed.status).toBe(200);
  ({ recoveryCodes } = confirmed.body);
  const laptop = await logIn("laptop", totpCode(secret, used + 1));
  expect((await ask("GET", "/tags", { token: laptop.accessToken })).status).toBe(200);
});

test("an ended session's token is refused at once", async () => {
  const listed = await ask("GET", "/auth/sessions", { token: phone.accessToken });
  expect(listed.body.items.map(({ device }) => device).toSorted()).toEqual(["laptop", "phone"]);
  const tablet = await logIn("tablet", recoveryCode());
  expect((await ask("GET", "/tags", { token: tablet.accessToken })).status).toBe(200);
  const { items } = (await ask("GET", "/auth/sessions", { token: phone.accessToken })).body;
  const id = items.find(({ device }) => device === "tablet")?.id ?? "";
  expect((await ask("DELETE", `/auth/sessions/${id}`, { token: phone.accessToken })).status).toBe(204);
  expect((await ask("GET", "/tags", { token: tablet.accessToken })).status).toBe(401);
  const { refreshToken } = tablet;
  expect((await ask("POST", "/auth/refresh", { body: { refreshToken } })).status).toBe(401);
  expect((await ask("DELETE", `/auth/sessions/${id}`, { token: phone.accessToken })).status).toBe(404);
});

test("a personal access token reads where its scope says so, writes nothing, and ends at once", async () => {
  const proof = { password, code: recoveryCode() };
  const wish = { ...proof, name: "script", scopes: ["geofences:read"], expiresInDays: 1 };
  const made = await ask("POST", "/auth/personal-tokens", { token: phone.accessToken, body: wish });
  expect(made.status).toBe(201);
  const { id, token } = made.body;
  const shape = { type: "Circle", center: [13.4, 52.5], radiusM: 75 };
  const write = { token, body: { name: "Home", tagIds: [], shape } };
  expect((await ask("GET", "/geofences", { token })).status).toBe(200);
  expect((await ask("POST", "/geofences", write)).status).toBe(403);
  expect((await ask("GET", "/tags", { token })).status).toBe(403);
  expect((await ask("GET", "/auth/account", { token })).status).toBe(403);
  expect((await ask("POST", "/auth/personal-tokens/exchange", { body: { token } })).status).toBeOneOf([
    404, 405,
  ]);
  const ended = await ask("DELETE", `/auth/personal-tokens/${id}`, { token: phone.accessToken });
  expect(ended.status).toBe(204);
  expect((await ask("GET", "/geofences", { token })).status).toBe(401);
});

test("a page of this origin has cookies, which other origins cannot use", async () => {
  const own = { origin: running.ready.api, "sec-fetch-site": "same-origin" };
  const first = await ask("POST", "/auth/login", { body: { email, password }, headers: own });
  const step = { body: { challenge: first.body.challenge, code: recoveryCode() }, headers: own };
  const { body, headers } = await ask("POST", "/auth/login/second-factor", step);
  expect(body).toEqual({ expiresIn: 600 });
  const cookie = (headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  expect((await ask("GET", "/tags", { headers: { ...own, cookie } })).status).toBe(200);
  const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site", cookie };
  expect((await ask("GET", "/tags", { headers: foreign })).status).toBe(401);
  const again = { body: {}, headers: { ...own, cookie } };
  const tabs = await Promise.all([ask("POST", "/auth/refresh", again), ask("POST", "/auth/refresh", again)]);
  expect(tabs.map(({ status }) => status)).toEqual([200, 200]);
  const renewed = (tabs[0]?.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  const out = { body: {}, headers: { ...own, cookie: renewed } };
  expect((await ask("POST", "/auth/logout", out)).status).toBe(204);
  expect((await ask("GET", "/tags", { headers: { ...own, cookie: renewed } })).status).toBe(401);
});

test("a changed password ends all other sessions", async () => {
  const other = await logIn("other", recoveryCode());
  const body = { password, newPassword: NEW_PASSWORD, code: recoveryCode() };
  const change = { token: phone.accessToken, body };
  expect((await ask("POST", "/auth/password", change)).status).toBe(204);
  expect((await ask("GET", "/tags", { token: other.accessToken })).status).toBe(401);
  expect((await ask("GET", "/tags", { token: phone.accessToken })).status).toBe(200);
  expect((await ask("POST", "/auth/login", { body: { email, password } })).body.type).toBe(
    "/v1/problems/wrong-credentials",
  );
  password = NEW_PASSWORD;
});

test("another mail address is the account's once its mail was read, and sessions go on", async () => {
  const tom = { email: "tom@example.org", password: "purple kettle under rain" };
  expect((await ask("POST", "/auth/register", { body: tom })).status).toBe(202);
  const printed = await purrimeter("accounts", "verify", tom.email, "--data", data, "--json");
  const verification = JSON.parse(printed.stdout) as { token: string };
  const { token: mailed } = verification;
  expect((await ask("POST", "/auth/mail/verify", { body: { token: mailed } })).status).toBe(204);
  const { accessToken: token } = (await ask("POST", "/auth/login", { body: tom })).body;
  const wish = { email: "thomas@example.org", password: tom.password };
  expect((await ask("POST", "/auth/mail/change", { token, body: wish })).status).toBe(202);
  let link: string | undefined;
  await until(async () => {
    const mails = await waiting();
    link = mails.map((mail) => /#change=(\S+)/.exec(mail)?.[1]).find((found) => found !== undefined);
    return link !== undefined;
  });
  expect((await ask("POST", "/auth/mail/change/confirm", { body: { token: link } })).status).toBe(204);
  expect((await ask("GET", "/auth/account", { token })).body).toMatchObject({ email: wish.email });
  expect((await ask("POST", "/auth/login", { body: tom })).status).toBe(401);
  expect((await ask("POST", "/auth/login", { body: wish })).status).toBe(200);
});

test(
  "the command line makes an auditor, who reads the trail, and proves it",
  async () => {
    expect((await purrimeter("roles", "list", "--data", data)).stdout).toBe("");
    const unknown = await purrimeter("roles", "set", "tom@example.org", "owner", "--data", data);
    expect([unknown.code, unknown.stderr]).toEqual([1, "purrimeter: tom@example.org has no account\n"]);
    const made = await purrimeter("roles", "set", email, "owner", "auditor", "--data", data);
    expect(made.code).toBe(0);
    await until(async () => (await ask("GET", "/tags", { token: phone.accessToken })).status === 401);
    const auditor = await logIn("desk", recoveryCode());
    const trail = await ask("GET", "/auth/audit", { token: auditor.accessToken });
    expect(trail.body.items.length).toBeGreaterThan(5);
    expect(JSON.stringify(trail.body)).not.toContain(email);
    const listed = await purrimeter("roles", "list", "--data", data, "--json");
    expect(JSON.parse(listed.stdout)).toEqual({ email, roles: ["owner", "auditor"] });
    const proved = await purrimeter("audit", "verify", "--data", data, "--json");
    expect(proved.code).toBe(0);
    const verified = JSON.parse(proved.stdout) as { events: number; head: string };
    expect(verified).toMatchObject({ intact: true, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(verified.events).toBeGreaterThanOrEqual(trail.body.items.length);
    const all = await ask("GET", "/audit?view=all&limit=1000", { token: auditor.accessToken });
    const said = (all.body.items as unknown as Row[]).map(({ event, subject }) => `${event} ${subject}`);
    const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
    for (const service of ["auth", "bridge", "cloud-api"])
      expect(said).toEqual(
        expect.arrayContaining([
          `service.started ${service} ${version}`,
          `certificate.issued service ${service}`,
        ]),
      );
    expect(JSON.stringify(all.body)).not.toContain(email);
  },
  2 * DEADLINE_MS,
);

test("each row of one's own has a proof that the script accepts", async () => {
  const { accessToken: token } = await logIn("desk", recoveryCode());
  const own = await ask("GET", "/audit?proof=true&event=login.accepted", { token });
  const rows = own.body.items as unknown as Row[];
  expect(rows.length).toBeGreaterThan(1);
  const file = join(data, "run", "proof.json");
  for (const { number, proof } of rows) {
    writeFileSync(file, JSON.stringify(proof));
    const { status, stdout } = spawnSync(process.execPath, [SCRIPT, file], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, expect.stringContaining(`row ${number} is in the tree`)]);
  }
  const sealed = await purrimeter("audit", "verify", "--data", data);
  expect([sealed.code, sealed.stderr]).toEqual([0, ""]);
});

test("no file shows an address but those that need an encrypted disk", () => {
  const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(data, file)).isFile(),
  );
  const canary = /(?:mia|tom|thomas)@example\.org|#(?:verify|change|reset|login)=/;
  const shown = files.filter((file) => canary.test(readFileSync(join(data, file), "latin1")));
  expect(files.filter((file) => file.endsWith(".eml.sealed")).length).toBeGreaterThan(2);
  expect(shown).toEqual([]);
});
