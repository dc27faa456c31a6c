import { systemTime } from "@purrimeter/service/system-time";
import { planFleet } from "@purrimeter/simulator/plan-fleet";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { withAccounts } from "../src/data-folder/open-accounts.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { enterOwner } from "../src/scenarios/enter-owner.ts";
import { OwnerApi } from "../src/scenarios/owner-api.ts";
import { provisionFleet } from "../src/scenarios/provision-fleet.ts";
import { ApiClient } from "./api-client.ts";
import { liveThrough } from "./live-through.ts";
import { DEADLINE_MS, purrimeter, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

const PASSWORD = "zebra lantern copper violin";
const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-erase-")));
let running: Started;
let client: ApiClient;

/** An owner with a tag that has reported, a geofence, and a session. */
interface Owner {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
  readonly tag: string;
}

beforeAll(async () => {
  running = await start(files.folder);
  client = new ApiClient(running.ready);
}, DEADLINE_MS);

afterAll(async () => {
  client.close();
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
  rmSync(files.folder, { recursive: true });
});

async function makeOwner(name: string, index: number): Promise<Owner> {
  const credentials = { email: `${name}@example.org`, password: PASSWORD };
  const api = new OwnerApi(running.ready.api, readFileSync(running.ready.ca, "utf8"), systemTime);
  expect(await enterOwner(api, files, { credentials, isNew: true }, systemTime)).toEqual({});
  const endsAt = Math.floor(Date.now() / 1_000);
  const planned = planFleet({ tags: 3, seed: 3, endsAt, durationS: 3_600 }).slice(index, index + 1);
  await withRegistry(files, systemTime, (registry) =>
    provisionFleet(planned, registry, api, systemTime).then(() => ({})),
  );
  const lived = await liveThrough(planned, running, files.authority, endsAt);
  expect(lived.outcome).toBe("complete");
  const [tag] = await api.tags();
  api.close();
  const { accessToken: token, refreshToken } = (
    await client.ask("POST", "/auth/login", { body: credentials })
  ).body;
  const { id } = (await client.ask("GET", "/auth/account", { token })).body;
  return { id, email: credentials.email, token, refreshToken, tag: tag?.id ?? "" };
}

/** The viewer holds a share of the owner's tag from now on. */
async function share(owner: Owner, viewer: Owner): Promise<void> {
  const body = { kind: "history", historyFrom: "2000-01-01T00:00:00Z" };
  const invited = await client.ask("POST", `/tags/${owner.tag}/shares`, { token: owner.token, body });
  expect(invited.status).toBe(201);
  const { code } = invited.body;
  const accepted = await client.ask("POST", "/shares/accept", { token: viewer.token, body: { code } });
  expect(accepted.status).toBe(201);
}

async function personalTokenOf({ token }: Owner): Promise<string> {
  const body = { password: PASSWORD, name: "script", scopes: ["locations:read"], expiresInDays: 1 };
  return (await client.ask("POST", "/auth/personal-tokens", { token, body })).body.token;
}

async function statusOf(path: string, token: string): Promise<number> {
  return (await client.ask("GET", path, { token })).status;
}

async function ownersWithKeys(): Promise<readonly string[]> {
  const { stdout } = await purrimeter("keys", "list", "--data", files.folder, "--json");
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { owner: string }).owner);
}

/** Why the stream ended, once it has. How many looks that may take is a matter of cloud-api's own tests. */
async function endOf(stream: IncomingMessage): Promise<string | undefined> {
  const said = await text(stream);
  return /event: end\ndata: \{"reason":"([a-z-]+)"\}/.exec(said)?.[1];
}

describe("erasing an account", () => {
  let mia: Owner;
  let tom: Owner;

  beforeAll(async () => {
    mia = await makeOwner("mia", 0);
    tom = await makeOwner("tom", 1);
    await share(mia, tom);
    await share(tom, mia);
  }, 2 * DEADLINE_MS);

  test(
    "ends reads, streams and tokens, and leaves neither shares nor a key",
    async () => {
      const locations = `/tags/${mia.tag}/locations`;
      const script = await personalTokenOf(mia);
      for (const token of [mia.token, tom.token, script]) expect(await statusOf(locations, token)).toBe(200);
      expect(await statusOf(`/tags/${tom.tag}/locations/latest`, mia.token)).toBe(200);
      expect(await ownersWithKeys()).toEqual([mia.id, tom.id].toSorted());
      const asked = await client.ask("POST", "/account/export", {
        token: mia.token,
        body: { password: PASSWORD },
      });
      expect(asked.status).toBe(202);
      const archive = String(asked.headers.location).replace("/v1", "");
      await until(async () => (await client.head(archive, mia.token))["content-type"] === "application/zip");
      expect(readdirSync(join(files.folder, "exports"))).toHaveLength(1);
      const streams = [mia, tom].map(async ({ token }) =>
        endOf(await client.follow(`/tags/${mia.tag}/live`, token)),
      );
      const wrong = { token: mia.token, body: { password: "wrong wrong wrong wrong" } };
      expect((await client.ask("DELETE", "/account", wrong)).status).toBe(400);
      expect(await statusOf(locations, tom.token)).toBe(200);

      const erased = await client.ask("DELETE", "/account", {
        token: mia.token,
        body: { password: PASSWORD },
      });
      expect(erased.status).toBe(204);

      for (const token of [mia.token, script]) expect(await statusOf("/tags", token)).toBe(401);
      expect(await statusOf(locations, tom.token)).toBe(404);
      expect(readdirSync(join(files.folder, "exports"))).toEqual([]);
      expect(await statusOf(archive, mia.token)).toBe(401);
      const { refreshToken, email } = mia;
      expect((await client.ask("POST", "/auth/refresh", { body: { refreshToken } })).status).toBe(401);
      const login = await client.ask("POST", "/auth/login", { body: { email, password: PASSWORD } });
      expect([login.status, login.body.type]).toEqual([401, "/v1/problems/wrong-credentials"]);
      const ends = await Promise.all(streams);
      expect(ends).toEqual(["session-ended", "not-found"]);
      expect((await client.ask("GET", "/shares", { token: tom.token })).body.items).toEqual([]);
      const viewers = await client.ask("GET", `/tags/${tom.tag}/shares`, { token: tom.token });
      expect(viewers.body.items).toEqual([]);
      expect(await ownersWithKeys()).toEqual([tom.id]);
      expect(await statusOf(`/tags/${tom.tag}/locations`, tom.token)).toBe(200);
    },
    2 * DEADLINE_MS,
  );

  test("leaves the mail address free, for an account that sees nothing of the one before", async () => {
    const body = { email: mia.email, password: PASSWORD };
    const again = new OwnerApi(running.ready.api, readFileSync(running.ready.ca, "utf8"), systemTime);
    expect(await enterOwner(again, files, { credentials: body, isNew: true }, systemTime)).toEqual({});
    again.close();
    const { body: made } = await client.ask("POST", "/auth/login", { body });
    for (const path of ["/tags", "/geofences", "/shares"])
      expect((await client.ask("GET", path, { token: made.accessToken })).body.items).toEqual([]);
    expect((await client.ask("GET", "/auth/account", { token: made.accessToken })).body.id).not.toBe(mia.id);
  });

  test(
    "is finished by the API that comes after one that was killed in between",
    async () => {
      const eve = await makeOwner("eve", 2);
      await share(eve, tom);
      expect(await ownersWithKeys()).toContain(eve.id);
      const killed = servicesOf(files.folder).find(({ name }) => name === "cloud-api")?.pid ?? 0;
      // The account is closed, and nobody tells the API before it dies.
      const closed = await withAccounts(files, systemTime, async ({ erasures }) => ({
        ended: await erasures.begin(eve.id),
      }));
      process.kill(killed, "SIGKILL");
      expect(closed).toMatchObject({ ended: { length: 2 } });
      await until(async () => !(await ownersWithKeys()).includes(eve.id));
      await until(() =>
        servicesOf(files.folder).some(({ name, pid }) => name === "cloud-api" && pid !== killed),
      );
      client.close();
      client = new ApiClient(running.ready);
      expect(await statusOf(`/tags/${eve.tag}/locations`, tom.token)).toBe(404);
      expect(await statusOf("/tags", eve.token)).toBe(401);
      expect(await ownersWithKeys()).toEqual([tom.id]);
    },
    3 * DEADLINE_MS,
  );

  test("is in the trail, which names nobody", async () => {
    const proved = await purrimeter("audit", "verify", "--data", files.folder, "--json");
    expect(proved.code).toBe(0);
    const trail = await withAccounts(files, systemTime, async ({ audit }) => ({
      rows: await audit.read({ after: 0, limit: 1_000 }),
    }));
    if (isFailure(trail)) throw new Error(trail.failure);
    const events = (account: string): string[] =>
      trail.rows.filter((row) => row.account === account).map(({ event }) => event);
    const closed = trail.rows.filter(({ event }) => event === "account.closed");
    expect(closed.length).toBeGreaterThan(0);
    for (const { account } of closed)
      expect(events(account).slice(-2)).toEqual(["account.closed", "account.erased"]);
    expect(JSON.stringify(trail)).not.toContain(mia.id);
    expect(JSON.stringify(trail)).not.toMatch(/example\.org|127\.0\.0\.1/);
  });
});
