import { systemTime } from "@purrimeter/service/system-time";
import { nmea } from "@purrimeter/device/testing/tag-rig";
import { Journal } from "@purrimeter/device/journal";
import { settingsPages } from "@purrimeter/device/settings-store";
import { transpileForEspruino } from "@purrimeter/device/transpile";
import { StorageFlash } from "@purrimeter/device/storage-flash";
import { FakeBangle } from "@purrimeter/device/testing/fake-bangle";
import { FakeStorage } from "@purrimeter/device/testing/fake-storage";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addTag } from "../src/data-folder/add-tag.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { purrimeter, until } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";
import { storedTimesS } from "./stored-times.ts";

const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");
const ENTRY = import.meta.resolve("@purrimeter/device/bangle");
const SECOND_MS = 5;
const BEGAN_S = systemTime.utcS() - 86_400;

let folder: string;
let services: RunningServices;
let owner: OwnerApi;
let bangle: FakeBangle | undefined;
const gateways: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gateway-"));
  ({ services, owner } = await servicesWithOwner(folder));
});

afterAll(async () => {
  bangle?.die();
  for (const gateway of gateways) gateway.kill("SIGKILL");
  owner.close();
  await services.stop();
  rmSync(folder, { recursive: true });
});

/** `purrimeter ble-gateway run` until it is ready. */
async function startGateway(): Promise<ChildProcess> {
  const places = ["--listen", join(folder, "links"), "--bridge", `localhost:${services.portOf("bridge")}`];
  const child = spawn(process.execPath, [BIN, "ble-gateway", "run", "--data", folder, "--json", ...places], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  gateways.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  expect(JSON.parse(line.toString())).toEqual({
    ready: true,
    tags: ["mimi"],
    listening: [join(folder, "links")],
  });
  return child;
}

/** Mimi walks east, a few metres a second; every fix of hers is at another place. */
function walk(second: number): string {
  return Buffer.from(nmea(BEGAN_S + second, 60.5, 7.5 + second * 1e-5)).toString("latin1");
}

/** A round garden of a hundred corners, whose settings take a kilobyte. */
function garden(index: number): object {
  const corners = Array.from({ length: 100 }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / 100;
    const out = 0.01 + 0.002 * Math.sin(7 * angle + index);
    return [7.5 + 2 * out * Math.cos(angle), 60.5 + out * Math.sin(angle)];
  });
  const shape = { type: "Polygon", coordinates: [[...corners, corners[0]]] };
  return { name: `Garden ${index}`, tagIds: ["mimi"], shape };
}

function journalOf(storage: FakeStorage): Journal {
  const flash = new StorageFlash(storage, "pm.j", 4_096, 24);
  const pages = settingsPages(flash.pageBytes);
  const journal = new Journal(flash, pages, flash.pageCount - pages);
  journal.start(0);
  return journal;
}

test("a watch reaches its owner through a gateway that is killed, and loses nothing", async () => {
  const added = await withRegistry(services.files, systemTime, (registry) =>
    addTag(services.files, registry, "mimi", systemTime),
  );
  if (isFailure(added)) throw new Error(added.failure);
  await owner.claim(added.claimCode, "Mimi");
  for (let i = 0; i < 4; i++) await owner.call("POST", "/v1/geofences", garden(i));
  const paired = await purrimeter("ble-gateway", "pair", "mimi", "--data", folder, "--json");
  const { file } = JSON.parse(paired.stdout) as { file: string };
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await purrimeter("ble-gateway", "pair", "mimi", "--data", folder)).stderr).toMatch(
    /is paired already/,
  );

  const storage = new FakeStorage();
  storage.files.set("purrimeter.link", readFileSync(file));
  const options = { names: [], builtAtS: BEGAN_S - 86_400 };
  const { code: program } = await transpileForEspruino(new URL(ENTRY), options);
  const world = { secondMs: SECOND_MS, nmea: walk };
  bangle = new FakeBangle(program, storage, world);
  expect(bangle.asked).toContain("console null true");

  // A day out of reach, then near a gateway.
  await until(() => journalOf(storage).next > 30);
  let gateway = await startGateway();
  bangle.approach(join(folder, "links"));
  await until(async () => (await storedTimesS(owner, "mimi")).length > 25);
  // They are larger than the watch's buffer for what it has not read.
  await until(async () => {
    const [{ settings }] = (await owner.tags()) as unknown as [{ settings: Record<string, number> }];
    return settings["wanted"]! > 0 && settings["reported"] === settings["wanted"];
  });
  expect(bangle.lostBytes).toBe(0);

  const before = (await storedTimesS(owner, "mimi")).length;
  gateway.kill("SIGKILL");
  await until(() => !bangle!.isConnected);
  const held = journalOf(storage).next;
  await until(() => journalOf(storage).next > held + 15);
  expect(await storedTimesS(owner, "mimi")).toHaveLength(before);

  gateway = await startGateway();
  bangle.approach(join(folder, "links"));
  await until(async () => (await storedTimesS(owner, "mimi")).length > before + 15);
  // The cat lives on: what waits is those that were written by now, not a moment without any.
  const written = journalOf(storage).next;
  await until(() => journalOf(storage).next - journalOf(storage).pending() >= written);
  const times = await storedTimesS(owner, "mimi");
  const steps = times.slice(1).map((at, i) => at - times[i]!);
  expect(Math.min(...steps)).toBeGreaterThan(0);
  expect(Math.max(...steps)).toBeLessThan(3 * steps.toSorted((a, b) => a - b)[steps.length >> 1]!);
  expect(journalOf(storage).dropped).toBe(0);

  gateway.kill("SIGTERM");
  const [code] = (await once(gateway, "exit")) as [number];
  expect(code).toBe(0);
});
