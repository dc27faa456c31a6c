import { systemTime } from "@purrimeter/service/system-time";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { newCredentials } from "../src/scenarios/demo-account.ts";
import { enterOwner } from "../src/scenarios/enter-owner.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { ApiProblem, OwnerApi, type Credentials } from "../src/scenarios/owner-api.ts";
import { DEADLINE_MS, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

const STOPS = inject("testTimes") > 1 ? 20 : 10;

let data: string;
let running: Started | undefined;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "purrimeter-stops-"));
});
afterEach(async () => {
  if (running !== undefined && running.process.exitCode === null) {
    running.process.kill("SIGKILL");
    await once(running.process, "exit");
  }
  await until(() => servicesOf(data).length === 0);
  rmSync(data, { recursive: true });
});

interface Line {
  readonly level: number;
  readonly event?: string;
  readonly time: number;
  readonly code?: string;
}

function linesOf(service: string): Line[] {
  const path = join(data, "log", `${service}.log`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

function ownerOf({ ready }: Started): OwnerApi {
  return new OwnerApi(ready.api, readFileSync(ready.ca, "utf8"), systemTime);
}

async function entered(owner: OwnerApi, credentials: Credentials, isNew: boolean): Promise<void> {
  const outcome = await enterOwner(owner, dataFiles(data), { credentials, isNew }, systemTime);
  if (isFailure(outcome)) throw new Error(outcome.failure);
}

test(
  `${STOPS} stops right after a login end each service in order, without a fault`,
  { timeout: STOPS * DEADLINE_MS },
  async () => {
    const credentials = newCredentials();
    for (let stops = 1; stops <= STOPS; stops++) {
      running = await start(data);
      const owner = ownerOf(running);
      await entered(owner, credentials, stops === 1);
      owner.close();
      running.process.kill("SIGTERM");
      const [code, signal] = (await once(running.process, "exit")) as [number | null, string | null];
      expect([code, signal]).toEqual([0, null]);
      const stopped = ["alerts", "cloud-api", "bridge", "auth", "notifier"].map((name) =>
        linesOf(name).filter(({ event }) => event === "stopped"),
      );
      expect(stopped.map(({ length }) => length)).toEqual([stops, stops, stops, stops, stops]);
      const times = stopped.map((lines) => lines.at(-1)?.time ?? 0);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    for (const name of ["alerts", "cloud-api", "bridge", "auth", "notifier"])
      expect(linesOf(name).filter(({ level, event }) => level >= 50 || event === "auth.failed")).toEqual([]);
  },
);

test(
  "a hung auth makes readiness 503, logins fail fast, and it is restarted",
  { timeout: 3 * DEADLINE_MS },
  async () => {
    running = await start(data);
    const { ready } = running;
    const owner = ownerOf(running);
    await entered(owner, newCredentials(), true);
    const status = async (path: string): Promise<number> =>
      owner.call("GET", path).then(
        () => 200,
        (error: unknown) => (error instanceof ApiProblem ? error.status : 503),
      );
    await until(async () => (await status("/v1/ready")) === 200);
    const hung = servicesOf(data).find(({ name }) => name === "auth")?.pid ?? 0;
    process.kill(hung, "SIGSTOP");
    await until(async () => (await status("/v1/ready")) === 503);
    expect(await status("/v1/health")).toBe(200);
    await until(() => servicesOf(data).some(({ name, pid }) => name === "auth" && pid !== hung));
    await until(async () => (await status("/v1/ready")) === 200);
    owner.close();
    expect(ready.api).toMatch(/^https/);
  },
);
