import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { servicesOf, until } from "./running-purrimeter.ts";

const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "simulate-"));
});
afterEach(async () => {
  await until(() => servicesOf(folder).length === 0);
  rmSync(folder, { recursive: true });
});

interface Simulation {
  readonly process: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  ended(): Promise<number | null>;
}

/** `purrimeter simulate` in an empty folder; its own system lies in there too. */
function simulate(...args: readonly string[]): Simulation {
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [BIN, "simulate", ...args], { cwd: folder, env });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => (said.stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (said.stderr += bytes.toString()));
  const exit = once(child, "close") as Promise<[number | null]>;
  return { process: child, said, ended: async () => (await exit)[0] };
}

function summaryOf({ said }: Simulation): Record<string, number> {
  const lines = said.stdout.trim().split("\n");
  return JSON.parse(lines.at(-1) ?? "") as Record<string, number>;
}

describe("simulate without a running system", () => {
  test("starts one, ends with a line of JSON, and leaves nothing", async () => {
    const simulation = simulate("--json", "--tags", "3", "--duration", "3h");
    expect(await simulation.ended()).toBe(0);
    const summary = summaryOf(simulation);
    expect(Object.keys(summary)).toEqual(
      ["tags", "fixes", "entries", "acknowledged", "transitions", "resent", "seconds"], // prettier-ignore
    );
    expect(summary).toMatchObject({ tags: 3, acknowledged: summary["entries"] });
    expect(summary["fixes"]).toBeGreaterThan(10);
  });

  test("has every entry acknowledged although the bridge is killed on the way", async () => {
    const simulation = simulate("--json", "--tags", "4", "--duration", "2h", "--speed", "400");
    await until(() => /[1-9]\d* of \d+ entries acknowledged/.test(simulation.said.stderr));
    const bridge = servicesOf(folder).find(({ name }) => name === "bridge");
    if (bridge === undefined) throw new Error("no bridge runs");
    process.kill(bridge.pid, "SIGKILL");
    expect(await simulation.ended()).toBe(0);
    expect(simulation.said.stderr).toContain("bridge died");
    const summary = summaryOf(simulation);
    expect(summary["acknowledged"]).toBe(summary["entries"]);
  });

  test("ends with its summary at Ctrl-C", async () => {
    const simulation = simulate("--json", "--tags", "2", "--duration", "1h", "--speed", "1");
    await until(() => simulation.said.stderr.includes("2 of 2 tags connected"));
    simulation.process.kill("SIGINT");
    expect(await simulation.ended()).toBe(0);
    expect(summaryOf(simulation)["tags"]).toBe(2);
  });
});

describe("simulate refuses", () => {
  test.each([
    [["--tracks", "none.csv"], 1, "There is no track file none.csv"],
    [["--tracks", "garbage.csv"], 1, 'garbage.csv, line 2: timestamp "when" is no time'],
    [["--mqtt", "localhost:8883"], 1, "--mqtt and --certs belong together"],
    [["--data", "nothing"], 1, "no demo runs on nothing"],
    [["--duration", "1 day"], 2, "It must be a time such as 90s"],
    [["--tags", "0"], 2, "It must be a whole number"],
  ])("%j", async (args, code, message) => {
    writeFileSync(
      join(folder, "garbage.csv"),
      "tag_id,timestamp,location_long,location_lat\nMimi,when,1,2\n",
    );
    const simulation = simulate(...args);
    expect(await simulation.ended()).toBe(code);
    expect(simulation.said.stderr).toContain(message);
    expect(simulation.said.stdout).toBe("");
  });
});
