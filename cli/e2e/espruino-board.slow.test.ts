import { systemTime } from "@purrimeter/service/system-time";
import { nmea } from "@purrimeter/device/testing/tag-rig";
import { SimulatedModem } from "@purrimeter/device/testing/simulated-modem";
import { transpileForEspruino } from "@purrimeter/device/transpile";
import { Esp32Flash, FakeEsp32 } from "@purrimeter/device/testing/fake-esp32";
import { FakeStorage } from "@purrimeter/device/testing/fake-storage";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addTag } from "../src/data-folder/add-tag.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { freePort, purrimeter, until } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";
import { storedTimesS } from "./stored-times.ts";

const ENTRY = import.meta.resolve("@purrimeter/device/esp32s3");
const SECOND_MS = 20;
/** The modem judges the bridge's certificate, which is new, by the board's time: it must not be long ago. */
const BEGAN_S = systemTime.utcS() - 3_600;

/** As docs/boards.md has them uploaded. */
const FILES = ["board.json", "authority.pem", "tag.pem", "key.pem"];

let folder: string;
let tls12Port: number;
let services: RunningServices;
let owner: OwnerApi;
let modem: SimulatedModem | undefined;
let board: FakeEsp32 | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "board-"));
  tls12Port = await freePort();
  ({ services, owner } = await servicesWithOwner(folder, { tls12Port }));
});

afterAll(async () => {
  board?.die();
  modem?.dispose();
  owner.close();
  await services.stop();
  rmSync(folder, { recursive: true });
});

/** The cat walks east; every fix is at another place. */
function walk(atS: number): string {
  return Buffer.from(nmea(atS, 60.5, 7.5 + (atS - BEGAN_S) * 1e-5)).toString("latin1");
}

/** A board that is switched on at that time. */
async function switchOn(flash: Esp32Flash, atS: number): Promise<FakeEsp32> {
  const options = { names: [], builtAtS: BEGAN_S - 86_400 };
  const { code: program } = await transpileForEspruino(new URL(ENTRY), options);
  modem ??= new SimulatedModem({ port: tls12Port, secondMs: SECOND_MS });
  return new FakeEsp32(program, flash, { secondMs: SECOND_MS, modem, nmea: (second) => walk(atS + second) });
}

async function provisioned(): Promise<Esp32Flash> {
  const out = join(folder, "provisioned");
  const where = ["--host", "localhost", "--port", String(tls12Port), "--apn", "iot.example"];
  const ended = await purrimeter("tags", "provision", "mimi", "--data", folder, "--out", out, ...where);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const storage = new FakeStorage();
  for (const name of FILES) storage.files.set(name, readFileSync(join(out, name)));
  const flash = new Esp32Flash(storage);
  flash.radios = { BLE: false, Wifi: false };
  return flash;
}

test("a board under Espruino reaches its owner through its modem, and loses nothing when it dies", async () => {
  const added = await withRegistry(services.files, systemTime, (registry) =>
    addTag(services.files, registry, "mimi", systemTime),
  );
  if (isFailure(added)) throw new Error(added.failure);
  await owner.claim(added.claimCode, "Mimi");
  const flash = await provisioned();
  board = await switchOn(flash, BEGAN_S);
  await until(async () => (await storedTimesS(owner, "mimi")).length > 5);

  // In the middle of a minute, with entries that nobody has acknowledged.
  await until(() => flash.journal().pending() > 1);
  board.die();
  const { next: held } = flash.journal();
  board = await switchOn(flash, BEGAN_S + 120 * held);
  await until(() => flash.journal().next > held + 5);
  const written = flash.journal().next;
  await until(() => flash.journal().next - flash.journal().pending() >= written);
  expect(flash.journal().dropped).toBe(0);
  const times = await storedTimesS(owner, "mimi");
  const steps = times.slice(1).map((at, i) => at - times[i]!);
  expect(Math.min(...steps)).toBeGreaterThan(0);
  // A missing fix would leave two minutes and more.
  expect(steps.filter((step) => step > 100).length).toBeLessThanOrEqual(1);
});
