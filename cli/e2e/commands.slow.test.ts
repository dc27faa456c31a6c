import { issuedFiles } from "@purrimeter/certs/authority-files";
import { nmea } from "@purrimeter/device/testing/tag-rig";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { DEADLINE_MS, purrimeter } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";

const TAG = "alf";
const BOARD = join(import.meta.dirname, "../../device/boards/node/main.ts");

interface Command {
  readonly id: string;
  readonly state: string;
  readonly nextContactAt: string | null;
}

let folder: string;
let services: RunningServices;
let owner: OwnerApi;
let configPath: string;
let board: ChildProcess | undefined;
let speaking: NodeJS.Timeout | undefined;
/** What the board said, a line each. */
let said: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-commands-"));
  ({ services, owner } = await servicesWithOwner(folder));
  const added = await purrimeter("tags", "add", TAG, "--data", folder, "--json");
  await owner.claim((JSON.parse(added.stdout) as { readonly claimCode: string }).claimCode, "Alf");
  const { chain } = issuedFiles(services.files.authority.directory, "tags", TAG);
  const key = services.files.tagKey(TAG);
  configPath = join(folder, "board.json");
  const config = {
    ...{ tag: TAG, host: "localhost", port: services.portOf("bridge"), certificate: chain, key },
    ...{ authority: services.files.authority.root, flash: join(folder, "board.flash"), nmea: "-" },
  };
  writeFileSync(configPath, JSON.stringify(config));
}, 2 * DEADLINE_MS);

beforeEach(() => {
  said = [];
});

afterAll(async () => {
  await switchOff("SIGKILL");
  owner.close();
  await services.stop();
  rmSync(folder, { recursive: true });
});

/** Runs the firmware on this machine, with a receiver under an open sky. */
function switchOn(): void {
  const started = spawn(process.execPath, [BOARD, "--config", configPath], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  board = started;
  started.stderr.setEncoding("utf8").on("data", (text: string) => void said.push(...text.trim().split("\n")));
  speaking = setInterval(() => {
    const utcS = Math.floor(Date.now() / 1_000);
    // A receiver that gives the same place to the last digit is taken for frozen.
    started.stdin.write(nmea(utcS, 52 + ((utcS * 7) % 11) * 5e-7, 5));
  }, 1_000);
}

async function switchOff(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  clearInterval(speaking);
  const running = board;
  board = undefined;
  if (running === undefined || running.exitCode !== null) return;
  running.kill(signal);
  await once(running, "exit");
}

async function give(body: object): Promise<Command> {
  return (await owner.call("POST", `/v1/tags/${TAG}/commands`, body)) as Command;
}

async function stateOf({ id }: Command): Promise<string> {
  return ((await owner.call("GET", `/v1/tags/${TAG}/commands/${id}`)) as Command).state;
}

/** Asks again until the answer is that; fails with the last one. */
async function becomes(ask: () => Promise<unknown>, wanted: unknown): Promise<void> {
  const untilMs = performance.now() + 30_000;
  let seen = await ask();
  while (JSON.stringify(seen) !== JSON.stringify(wanted) && performance.now() < untilMs) {
    await passed(200);
    seen = await ask();
  }
  expect(seen, said.join("\n")).toEqual(wanted);
}

const heard = (line: string): number => said.filter((one) => one === line).length;

test(
  "a command waits for a tag that is away, and is done when it comes",
  async () => {
    const buzz = await give({ kind: "buzz", seconds: 7 });
    expect(buzz).toMatchObject({ state: "pending", nextContactAt: null });
    switchOn();
    await becomes(() => stateOf(buzz), "done");
    expect(heard("buzz 7 s")).toBe(1);
  },
  2 * DEADLINE_MS,
);

test(
  "light, live, locate and stop reach a tag that is there",
  async () => {
    const light = await give({ kind: "light", seconds: 600 });
    const live = await give({ kind: "live", minutes: 5 });
    const locate = await give({ kind: "locate" });
    for (const command of [light, live, locate]) await becomes(() => stateOf(command), "done");
    expect(heard("light 600 s")).toBe(1);
    const count = async (): Promise<number> =>
      ((await owner.call("GET", `/v1/tags/${TAG}/locations`)) as { items: unknown[] }).items.length;
    const before = await count();
    await becomes(async () => (await count()) >= before + 2, true);
    const stop = await give({ kind: "stop" });
    await becomes(() => stateOf(stop), "done");
    await becomes(() => stateOf(live), "stopped");
    await becomes(() => stateOf(light), "stopped");
    expect([heard("buzz 0 s"), heard("light 0 s")]).toEqual([1, 1]);
  },
  3 * DEADLINE_MS,
);

test(
  "a bridge that dies between sending and the answer loses nothing and does nothing twice",
  async () => {
    board?.kill("SIGSTOP");
    const buzz = await give({ kind: "buzz", seconds: 9 });
    await becomes(() => stateOf(buzz), "sent");
    const pid = services.pid("bridge");
    process.kill(pid ?? 0, "SIGKILL");
    await becomes(
      () => Promise.resolve(services.pid("bridge") !== pid && services.pid("bridge") !== undefined),
      true,
    );
    board?.kill("SIGCONT");
    await becomes(() => stateOf(buzz), "done");
    expect(heard("buzz 9 s")).toBe(1);
  },
  3 * DEADLINE_MS,
);

test(
  "a tag that restarts does what was given meanwhile",
  async () => {
    await switchOff();
    const buzz = await give({ kind: "buzz", seconds: 3 });
    const replaced = buzz;
    const second = await give({ kind: "buzz", seconds: 4 });
    expect(await stateOf(replaced)).toBe("replaced");
    switchOn();
    await becomes(() => stateOf(second), "done");
    expect([heard("buzz 3 s"), heard("buzz 4 s")]).toEqual([0, 1]);
  },
  2 * DEADLINE_MS,
);

test(
  "a lost cat's tag says that it is in lost mode, and that it is not when that is over",
  async () => {
    const lostOf = async (): Promise<unknown> => {
      const { lost } = (await owner.call("GET", `/v1/tags/${TAG}/lost`)) as {
        lost: { tag: string; ended: object | null };
      };
      return [lost.tag, lost.ended === null];
    };
    const set = await owner.call("PUT", `/v1/tags/${TAG}/lost`, { intervalS: 30 });
    expect(set).toMatchObject({ lost: { intervalS: 30, sound: true }, cost: { batteryPercent: 100 } });
    await becomes(lostOf, ["on", true]);
    await owner.call("DELETE", `/v1/tags/${TAG}/lost`);
    const settingsOf = async (): Promise<unknown> => {
      const [tag] = (await owner.tags()) as unknown as {
        settings: { wanted: number; reported: number };
        lost: boolean;
      }[];
      return [tag?.lost, tag?.settings.reported === tag?.settings.wanted];
    };
    await becomes(settingsOf, [false, true]);
  },
  2 * DEADLINE_MS,
);
