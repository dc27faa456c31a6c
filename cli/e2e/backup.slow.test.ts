import { systemTime } from "@purrimeter/service/system-time";
import { planFleet } from "@purrimeter/simulator/plan-fleet";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../src/data-folder/data-files.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { enterOwner } from "../src/scenarios/enter-owner.ts";
import { OwnerApi } from "../src/scenarios/owner-api.ts";
import { provisionFleet } from "../src/scenarios/provision-fleet.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { ApiClient } from "./api-client.ts";
import { liveThrough } from "./live-through.ts";
import { purrimeter, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

const PASSWORD = "zebra lantern copper violin";
const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");
const room = mkdtempSync(join(tmpdir(), "purrimeter-backups-"));
const live = dataFiles(join(room, "live"));

afterAll(() => rmSync(room, { recursive: true }));

async function stop(running: Started, files: DataFiles): Promise<void> {
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
}

async function enter({ ready }: Started, name: string, isNew: boolean): Promise<OwnerApi> {
  const api = new OwnerApi(ready.api, readFileSync(ready.ca, "utf8"), systemTime);
  const credentials = { email: `${name}@example.org`, password: PASSWORD };
  const entered = await enterOwner(api, live, { credentials, isNew }, systemTime);
  if (isFailure(entered)) throw new Error(entered.failure);
  return api;
}

async function locationsOf(api: OwnerApi, tag: string): Promise<unknown[]> {
  const from = new Date(Date.now() - 86_400_000).toISOString();
  const page = (await api.call("GET", `/v1/tags/${tag}/locations?from=${from}&limit=1000`)) as {
    readonly items: unknown[];
  };
  return page.items;
}

/** Runs a backup and kills it as soon as its folder is there. */
async function killedBackup(folder: string): Promise<void> {
  const child = spawn(process.execPath, [BIN, "backup", folder, "--data", live.folder], { stdio: "ignore" });
  const exited = once(child, "exit");
  const isThere = (): boolean => readdirSync(room).some((name) => name.startsWith("killed"));
  await until(() => isThere() || child.exitCode !== null);
  child.kill("SIGKILL");
  await exited;
}

test("what was backed up while tags reported is there after a restore, without who was erased since", async () => {
  let running = await start(live.folder);
  const ada = await enter(running, "ada", true);
  await enter(running, "bob", true).then((api) => api.close());
  const endsAt = Math.floor(Date.now() / 1_000);
  const planned = planFleet({ tags: 2, seed: 3, endsAt, durationS: 3_600 });
  await withRegistry(live, systemTime, (registry) =>
    provisionFleet(planned, registry, ada, systemTime).then(() => ({})),
  );
  const early = planned.slice(0, 1);
  expect((await liveThrough(early, running, live.authority, endsAt)).outcome).toBe("complete");
  const [tag] = (await ada.tags()).filter(({ lastHeardAt }) => lastHeardAt !== null);
  const stored = await locationsOf(ada, tag?.id ?? "");
  expect(stored.length).toBeGreaterThan(0);

  const folder = join(room, "monday");
  const [lived, saved] = await Promise.all([
    liveThrough(planned.slice(1), running, live.authority, endsAt),
    purrimeter("backup", folder, "--data", live.folder),
  ]);
  expect(lived.outcome).toBe("complete");
  expect(saved).toMatchObject({ code: 0, stderr: "" });

  const killed = join(room, "killed");
  await killedBackup(killed);
  for (const left of readdirSync(room).filter((name) => name.startsWith("killed")))
    if (left !== "killed") {
      const taken = await purrimeter(
        "restore",
        join(room, left),
        "--data",
        join(room, "none"),
        "--no-erasures",
      );
      expect(taken.code).toBe(1);
    }
  expect(readdirSync(room)).not.toContain("none");

  const client = new ApiClient(running.ready);
  const login = { email: "bob@example.org", password: PASSWORD };
  const { accessToken: token } = (await client.ask("POST", "/auth/login", { body: login })).body;
  expect((await client.ask("DELETE", "/account", { token, body: { password: PASSWORD } })).status).toBe(204);
  client.close();
  ada.close();
  await stop(running, live);
  expect(readFileSync(live.erasures, "utf8")).toMatch(/^\S+Z \S+\n$/);

  const again = dataFiles(join(room, "again"));
  mkdirSync(again.folder);
  const ran = await purrimeter(
    ...["restore", folder, "--data", again.folder, "--erasures", live.erasures, "--json"],
  );
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(ran.stdout)).toMatchObject({ erased: 1 });

  running = await start(again.folder);
  const back = await enter(running, "ada", false);
  expect(await locationsOf(back, tag?.id ?? "")).toEqual(stored);
  expect(await back.tags()).toHaveLength(2);
  await expect(enter(running, "bob", false)).rejects.toMatchObject({ status: 401 });
  back.close();
  await stop(running, again);
});
