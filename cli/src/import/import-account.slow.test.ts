import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DataFiles } from "../data-folder/data-files.ts";
import { withAccounts } from "../data-folder/open-accounts.ts";
import { lockRun } from "../data-folder/run-lock.ts";
import {
  BEGIN,
  claim,
  DAY_S,
  EMAIL,
  filesOf,
  inStore,
  installation,
  record,
  writeTo,
  type OpenStore,
} from "../testing/archived-accounts.ts";
import { runMain } from "../testing/run-main.ts";

const ADA = "ada" as OwnerId;

/** An account that was begun here and has no password that anybody knows. */
const NOBODYS = {
  mail: asMailAddress(EMAIL) as never,
  hash: { salt: Buffer.alloc(16), tag: Buffer.alloc(32), cost: { memoryKiB: 19_456, passes: 2, lanes: 1 } },
  at: BEGIN,
};

let room: string;
let there: DataFiles;
let here: DataFiles;
let archive: string;

beforeEach(async () => {
  room = mkdtempSync(join(tmpdir(), "purrimeter-import-"));
  there = installation(room, "there");
  here = installation(room, "here");
  archive = join(room, "account.zip");
  await inStore(there, ({ store }) => fill(store));
  await inStore(there, ({ store }) => writeTo(archive, store, ADA));
});
afterEach(() => rmSync(room, { recursive: true }));

const fixAt = (at: number, step: number): object => ({
  ...{ kind: "fix", at, latE7: 515_000_000 + step, lonE7: -1_799_999_999 + step, accuracyDm: 30 },
  ...(step % 3 === 0 && { speedCmS: step, courseDeg10: step % 3_600 }),
});

/** A day of which only totals are left, by the owner's choice. */
async function leaveTotals(store: OpenStore, tag: string): Promise<void> {
  const bounds = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };
  const at = BEGIN - 20 * DAY_S;
  const report = { epoch: 6, first: 1, oldest: 1, entries: [fixAt(at, 0), fixAt(at + 600, 90_000)] } as never;
  await store.reports.recordReport(tag as TagId, report, { at: (at + 600) as never, suspect: undefined });
  await store.forOwner(ADA).chooseRetention({ days: 10, afterwards: "totals" }, bounds);
  await store.retention.run({ asOf: BEGIN as never, bounds });
  await store.forOwner(ADA).chooseRetention({ days: 300 }, bounds);
}

/** How the owner is told. */
async function fillAlerts(store: OpenStore): Promise<void> {
  const view = store.forOwner(ADA);
  const rule = { kind: "silent", isEnabled: true, tellsViewers: false } as const;
  await view.addAlertRule({ ...rule, tags: ["mimi" as TagId], longerThanS: 7_200 });
  const endpoint = { kind: "webhook", url: "https://example.org/cat", withPlace: true } as const;
  await view.addAlertChannel({ name: "my server", endpoint: { ...endpoint, secrets: [], keys: [] } });
  await view.setAlertPreferences({ language: "de", timeZone: "Europe/Zurich" });
}

/** Two tags with months of fixes, events, health, holes and a geofence; another account beside it. */
async function fill(store: OpenStore): Promise<void> {
  for (const tag of ["mimi", "fips"]) {
    await claim(store, ADA, tag);
    if (tag === "mimi") await leaveTotals(store, tag);
    for (let month = 0; month < 3; month++)
      await record(
        store,
        tag,
        1 + 200 * month,
        Array.from({ length: 190 }, (_, i) => fixAt(BEGIN + month * 31 * DAY_S + i * 600, i)),
      );
    const health = { kind: "health", at: BEGIN + 95 * DAY_S, batteryPercent: 71, boots: 2, dropped: 0 };
    const exit = {
      ...{ kind: "transition", at: BEGIN + 95 * DAY_S, geofence: 0, from: "inside", to: "outside" },
      ...{ evidenceFrom: 600, settingsVersion: 2 },
    };
    await record(store, tag, 591, [
      health,
      { kind: "no-sky", at: BEGIN + 95 * DAY_S, searchedS: 60 },
      { ...exit, lastKnown: "inside" },
    ]);
  }
  const shape = { kind: "circle", latE7: 515_000_000, lonE7: -1_000_000, radiusCm: 7_500 } as never;
  await store.forOwner(ADA).createGeofence({ name: "Home & <garden>", tagIds: ["mimi" as TagId], shape });
  await fillAlerts(store);
  await claim(store, "bob" as OwnerId, "tom");
}

/** Writes an archive of these files, as somebody would who forges one. */
async function forge(files: ReadonlyMap<string, string | Buffer>): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const path = join(room, "forged.zip");
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** Changes a file, with the manifest made to fit it. */
async function forged(name: string, change: (content: string) => string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const files = await filesOf(archive);
  const content = change(files.get(name) ?? "");
  files.set(name, content);
  const manifest = JSON.parse(files.get("manifest.json") ?? "") as {
    files: { path: string; bytes: number; sha256: string }[];
  };
  for (const file of manifest.files)
    if (file.path === name) {
      file.bytes = Buffer.byteLength(content);
      file.sha256 = createHash("sha256").update(content).digest("hex");
    }
  files.set("manifest.json", JSON.stringify(manifest));
  return forge(files);
}

const importInto = (files: DataFiles, path = archive) =>
  runMain("import", path, "--data", files.folder, "--json");

async function expectNothingHere(): Promise<void> {
  expect(await inStore(here, async ({ store }) => (await store.registry.page({ limit: 10 })).items)).toEqual(
    [],
  );
}

describe("an archive", () => {
  test("comes back as the same account in another installation", async () => {
    const { exitCode, stdout, stderr } = await importInto(here);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const done = JSON.parse(stdout) as { account: OwnerId };
    expect(done).toMatchObject({ email: EMAIL, tags: 2, geofences: 1, entries: 2 * 573 });
    const again = join(room, "again.zip");
    await inStore(here, ({ store }) => writeTo(again, store, done.account));
    const [before, after] = [await filesOf(archive), await filesOf(again)];
    const ownData = (path: string): boolean =>
      /^tags\/|^events|^geofences|^data\/(?:tags|geofences|events|command-answers|entries|account|day-totals)/.test(
        path,
      );
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [path, content] of before) if (ownData(path)) expect(after.get(path), path).toBe(content);
    expect(after.get("data/day-totals.jsonl")).toMatch(/"totals":\{"distanceM":[1-9]/);
    expect(after.get("data/account.jsonl")).toContain('"days":300,"afterwards":"totals"');
    expect(after.get("data/account.jsonl")).toContain('"language":"de","time_zone":"Europe/Zurich"');
    expect(after.get("data/alert-rules.jsonl")).toBe(before.get("data/alert-rules.jsonl"));
    expect(after.get("data/alert-channels.jsonl")).toContain('"state":"unproved"');
    expect(after.get("data/alert-channels.jsonl")).not.toMatch(/whsec_|whsk_/);
  });

  test("gives the tag its latest location and battery, takes no entry twice, and tells nobody of old events", async () => {
    const { stdout } = await importInto(here);
    const { account } = JSON.parse(stdout) as { account: OwnerId };
    await inStore(here, async ({ store }) => {
      const view = store.forOwner(account);
      expect(await view.latest("mimi" as TagId)).toMatchObject({ number: 590 });
      expect(await view.tag("mimi" as TagId)).toMatchObject({ batteryPercent: 71 });
      const report = { epoch: 7, first: 401, oldest: 1, entries: [fixAt(BEGIN + 62 * DAY_S, 0)] } as never;
      const outcome = await store.reports.recordReport("mimi" as TagId, report, {
        at: BEGIN as never,
        suspect: undefined,
      });
      expect(outcome).toMatchObject({ stored: 0, duplicates: 1 });
      expect(await store.alertWork.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    });
  });

  test("is imported once: then the account has tags, and the tags are registered", async () => {
    await importInto(here);
    const { exitCode, stderr } = await importInto(here);
    expect([exitCode, stderr.trim().split("\n").length]).toEqual([1, 1]);
    expect(stderr).toContain("has tags or geofences here already");
  });

  test("of a tag that is somebody's here is refused, and so is an address that nobody verified", async () => {
    await inStore(here, ({ store }) => claim(store, "bob" as OwnerId, "fips"));
    const taken = await importInto(here);
    expect(taken.stderr).toContain("the tag fips is registered here already");
    expect(taken.exitCode).toBe(1);
    const other = installation(room, "other");
    await withAccounts(other, systemTime, async ({ accounts }) => {
      await accounts.create(NOBODYS);
      return {};
    });
    expect((await importInto(other)).stderr).toContain("not verified");
  });

  test("that was broken off between the account and its rows is imported when it is tried again", async () => {
    await withAccounts(here, systemTime, async ({ accounts }) => {
      const created = await accounts.create(NOBODYS);
      if (created !== "taken") await accounts.markMailVerified(created.id, BEGIN);
      return {};
    });
    expect(await importInto(here)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("is refused while services run", async () => {
    mkdirSync(join(here.run), { recursive: true });
    writeFileSync(join(here.run, "purrimeter.pid"), readFileSync(pidOfParent(), "utf8"));
    expect((await importInto(here)).stderr).toContain("in use");
  });
});

/** The file of a process that runs and is not this one. */
function pidOfParent(): string {
  const folder = join(room, "lock");
  mkdirSync(folder, { recursive: true });
  const own = Object.getOwnPropertyDescriptor(process, "pid");
  Object.defineProperty(process, "pid", { value: process.ppid, configurable: true });
  try {
    lockRun(folder);
  } finally {
    if (own !== undefined) Object.defineProperty(process, "pid", own);
  }
  return join(folder, "purrimeter.pid");
}

const LOST = JSON.stringify({
  ...{ table: "lost_mode", ownership: 77, interval_s: 60, buzz_s: 5, floor_percent: 10, until: 0 },
  ...{ started_at: BEGIN, version: 3, ended_at: BEGIN + 60, ended_by: "owner" },
});

describe("an archive that was made to harm", () => {
  test.each<[string, () => Promise<string>, string]>([
    ["no zip", () => Promise.resolve(here.format), "it is no archive of an account"],
    ["without a manifest", () => forge(new Map([["README.txt", "x"]])), "no manifest"],
    [
      "with a manifest of others",
      () => forge(new Map([["manifest.json", "{}"]])),
      "manifest is none of ours",
    ],
    [
      "with a wrong hash",
      async () => forge((await filesOf(archive)).set("data/tags.jsonl", "x".repeat(10))),
      "another length",
    ],
    [
      "with one letter changed",
      async () => {
        const files = await filesOf(archive);
        return forge(files.set("README.txt", (files.get("README.txt") ?? "").replace("This", "Thus")));
      },
      "another hash",
    ],
    [
      "with a file more",
      async () => forge((await filesOf(archive)).set("more.txt", "x")),
      "not in its manifest",
    ],
    [
      "with a file less",
      async () => {
        const files = await filesOf(archive);
        files.delete("data/events.jsonl");
        return forge(files);
      },
      "is missing",
    ],
    [
      "that is a bomb",
      async () => forge((await filesOf(archive)).set("bomb", "0".repeat(60_000_000))),
      "too many for its size",
    ],
    [
      "with rows of another kind",
      () => forged("data/tags.jsonl", (text) => text.replace('"started_at":', '"started_at":-')),
      "none of ours",
    ],
    [
      "with rows that do not fit",
      () => forged("data/events.jsonl", (text) => text.replace(/"ownership":\d+/, '"ownership":77')),
      "none of ours",
    ],
    [
      "with a lost mode of a tag that is not in it",
      () => forged("data/lost-modes.jsonl", () => LOST),
      "none of ours",
    ],
    [
      "with a command that there is not",
      () => forged("data/commands.jsonl", () => LOST.replace("lost_mode", "command")),
      "none of ours",
    ],
    ["with lines that are no JSON", () => forged("data/geofences.jsonl", () => "{"), "none of ours"],
    [
      "with a name of a tag that is a path",
      () => forged("data/tags.jsonl", (text) => text.replaceAll('"tag":"mimi"', '"tag":"../../mimi"')),
      "none of ours",
    ],
    ["of nobody", () => forged("account/account.jsonl", () => ""), "names no account"],
  ])("%s is refused in one line, and changes nothing", async (_, make, reason) => {
    const { exitCode, stderr } = await importInto(here, await make());
    expect(stderr).toContain(reason);
    expect([exitCode, stderr.trim().split("\n").length]).toEqual([1, 1]);
    await expectNothingHere();
  });

  test("with a path that leads upwards is refused", async () => {
    const path = await forge(new Map([["aa/aa/evil.txt", "x"]]));
    const bytes = readFileSync(path);
    for (let at = bytes.indexOf("aa/aa/"); at >= 0; at = bytes.indexOf("aa/aa/", at + 1))
      bytes.write("../../", at);
    writeFileSync(path, bytes);
    const { exitCode, stderr } = await importInto(here, path);
    expect([exitCode, stderr.trim().split("\n").length]).toEqual([1, 1]);
    expect(stderr).toMatch(/damaged|no archive/);
    await expectNothingHere();
  });

  test("and a file that is not there are refused", async () => {
    const { exitCode, stderr } = await importInto(here, join(room, "nothing.zip"));
    expect([exitCode, stderr.trim().split("\n").length]).toEqual([1, 1]);
  });
});
