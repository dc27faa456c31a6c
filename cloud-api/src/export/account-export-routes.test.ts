import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT_PROBLEMS } from "@purrimeter/auth-api/problems";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { LOCATION_TABLES } from "@purrimeter/store/tables";
import { rfc3339 } from "../lists/rfc3339.ts";
import { authAnswer } from "../testing/auth-answer.ts";
import { readZip } from "../testing/read-zip.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";
import { manifestSchema } from "./archive-format.ts";

const PARTS = { account: [{ table: "account", email: "ada@example.org" }], trail: [] };

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
let said = authAnswer(200, { parts: PARTS });

beforeEach(async () => {
  said = authAnswer(200, { parts: PARTS });
  api = await makeTestApi({ auth: { call: () => Promise.resolve(said) } });
  owner = await api.owner();
  tag = await api.claimedTag(owner, "=Mimi");
  const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
  const geofence = { name: '=HYPERLINK("http://x")', tagIds: [tag], shape };
  await api.ask("/v1/geofences", { method: "POST", token: owner.token, body: geofence });
  const day = 86_400;
  for (let month = 0; month < 3; month++)
    await record(
      api.store,
      tag,
      Array.from({ length: 100 }, (_, i) => fixAt(NOW_S - (90 - 31 * month) * day + i * 60)),
      { first: 1 + 100 * month, suspect: [undefined, "too-fast"] },
    );
  await record(api.store, tag, [exitAt(NOW_S, 0, 1)], { first: 301 });
});
afterEach(async () => {
  await api.close();
});

const start = (token = owner.token): Promise<Answer> =>
  api.ask("/v1/account/export", { method: "POST", token, body: { password: "x" } });

async function fetchArchive(path: string, headers: Record<string, string> = {}): Promise<[Response, Buffer]> {
  const all = { authorization: `Bearer ${owner.token}`, ...headers };
  const response = await api.app.request(`http://localhost${path}`, { headers: all });
  return [response, Buffer.from(await response.arrayBuffer())];
}

async function made(): Promise<string> {
  const { status, headers, text } = await start();
  expect(status, text).toBe(202);
  await api.archives.idle();
  expect(api.failures).toEqual([]);
  return headers.get("location") ?? "";
}

describe("an archive", () => {
  it("has every kind of rows that the registry of tables exports, and hashes of all", async () => {
    const [response, zip] = await fetchArchive(await made());
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/zip"]);
    const files = await readZip(zip);
    const names = [
      ...new Set(LOCATION_TABLES.flatMap(({ exported }) => ("as" in exported ? [exported.as] : []))),
    ];
    for (const name of names) expect([...files.keys()]).toContain(`data/${name}.jsonl`);
    expect(files.get("account/account.jsonl")?.toString()).toContain("ada@example.org");
    const manifest = manifestSchema.parse(JSON.parse(files.get("manifest.json")?.toString() ?? ""));
    expect(manifest.files.map(({ path }) => path)).toEqual([...files.keys()].slice(0, -1));
    for (const { path, bytes, sha256 } of manifest.files) {
      const content = files.get(path) ?? Buffer.alloc(0);
      expect([content.length, createHash("sha256").update(content).digest("hex")]).toEqual([bytes, sha256]);
    }
  });

  it("has entries by month, and locations for maps and spreadsheets", async () => {
    const files = await readZip((await fetchArchive(await made()))[1]);
    const months = [...files.keys()].filter((path) => path.startsWith(`tags/${tag}-1/entries/`));
    expect(months.length).toBeGreaterThanOrEqual(3);
    const lines = months.flatMap((path) => files.get(path)?.toString().trimEnd().split("\n") ?? []);
    expect(lines).toHaveLength(301);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      number: 2,
      epoch: 7,
      doubt: "too-fast",
      entry: { kind: "fix" },
    });
    expect(files.get(`tags/${tag}-1/locations.csv`)?.toString().split("\r\n")).toHaveLength(302);
    expect(
      files
        .get(`tags/${tag}-1/locations.gpx`)
        ?.toString()
        .match(/<trkpt/g),
    ).toHaveLength(300);
    const collection = JSON.parse(files.get("geofences.geojson")?.toString() ?? "") as {
      features: unknown[];
    };
    expect(collection.features).toMatchObject([{ geometry: { type: "Point" }, properties: { radiusM: 75 } }]);
    for (const [path, content] of files)
      if (path.endsWith(".csv")) expect(content.toString(), path).not.toMatch(/(^|,)"?[=+@]/m);
  });

  it("says how far it is, and when it is gone", async () => {
    const begun = await start();
    const expected = {
      createdAt: rfc3339(NOW_S as UnixSeconds),
      expiresAt: rfc3339((NOW_S + 86_400) as UnixSeconds),
    };
    expect(begun.body).toEqual({ state: "running", ...expected });
    const path = begun.headers.get("location") ?? "";
    expect((await start()).headers.get("location")).toBe(path);
    await api.archives.idle();
    api.nowS += 86_400;
    expect(await api.store.forOwner(owner.id as never).exportState(path.split("/").at(-1) ?? "")).toBe(
      "not-found",
    );
  });

  it("is given in parts, so that a download that broke off goes on", async () => {
    const path = await made();
    const [whole, all] = await fetchArchive(path);
    const tagOf = whole.headers.get("etag") ?? "";
    const middle = Math.floor(all.length / 2);
    const parts: Buffer[] = [];
    for (const range of [`bytes=0-${middle - 1}`, `bytes=${middle}-`]) {
      const [response, bytes] = await fetchArchive(path, { range, "if-range": tagOf });
      expect(response.status).toBe(206);
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
      parts.push(bytes);
    }
    expect(Buffer.concat(parts).equals(all)).toBe(true);
    const [beyond] = await fetchArchive(path, { range: `bytes=${all.length}-` });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${all.length}`]);
    const [other] = await fetchArchive(path, { range: "bytes=0-1", "if-range": '"another"' });
    expect(other.status).toBe(200);
  });

  it("is nobody else's", async () => {
    const path = await made();
    const stranger = await api.owner();
    expect((await api.ask(path, { token: stranger.token })).status).toBe(404);
    expect((await api.ask(`${path}/..`, { token: owner.token })).status).toBe(404);
    const personal = await api.tokenOf(owner.id, ["owner"], "locations:read tags:read tags:write");
    expect((await api.ask(path, { token: personal.token })).status).toBe(403);
    expect((await start(personal.token)).status).toBe(403);
  });

  it("is refused without the owner's proof, and the fourth of a day", async () => {
    const { status, title } = ACCOUNT_PROBLEMS["wrong-credentials"];
    said = authAnswer(
      status,
      { type: "/v1/problems/wrong-credentials", title, status, detail: "no" },
      "application/problem+json",
    );
    expect((await start()).status).toBe(401);
    said = authAnswer(200, { parts: PARTS });
    for (let i = 0; i < 3; i++) await made();
    expect((await start()).status).toBe(429);
    expect(api.acts.filter((act) => act === "account.exported")).toHaveLength(3);
  });
});

describe("while the account is erased", () => {
  it("an archive that is being made comes to nothing", async () => {
    const begun = await start();
    await api.store.forOwner(owner.id as never).eraseOwner();
    await api.archives.idle();
    expect(api.failures.length).toBeGreaterThan(0);
    expect((await api.ask(begun.headers.get("location") ?? "", { token: owner.token })).status).toBe(404);
  });

  it("a download ends with an error", async () => {
    const path = await made();
    const headers = { authorization: `Bearer ${owner.token}` };
    const response = await api.app.request(`http://localhost${path}`, { headers });
    await api.store.forOwner(owner.id as never).eraseOwner();
    await expect(
      (async () => {
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow("not there any more");
  });

  it("a service that stops leaves no archive that is half made", async () => {
    const begun = await start();
    await api.archives.stop();
    const { body } = await api.ask(begun.headers.get("location") ?? "", { token: owner.token });
    expect(body).toMatchObject({ state: "failed" });
    expect((await start()).status).toBe(503);
  });
});
