import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

function linesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const FENCES =
  "bench world rule pace radiusM intervalS catDays falseAlarmsPerCatDay silentExits exits missed delayMedianS delayP95S".split(
    " ",
  );

describe("bench -- fences --json", () => {
  it("prints a line for each case, with the published fields", async () => {
    const { code, stdout, stderr } = await bench("fences", "--quick", "--json", "--world", "small-20");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = linesOf(stdout);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(expect.arrayContaining(FENCES));
      expect(line).toMatchObject({ bench: "fences", world: "small-20", radiusM: 20 });
      const figures = FENCES.slice(4).map((key) => line[key]);
      expect(figures.every((figure) => figure === null || typeof figure === "number")).toBe(true);
    }
    expect(new Set(lines.map(({ rule }) => rule))).toEqual(
      new Set(["naive", "gate", "two in a row", "ours"]),
    );
    expect(new Set(lines.map(({ pace }) => pace))).toEqual(new Set(["own", "fixed"]));
  }, 120_000);
});

describe("bench", () => {
  it("says in its help what it prints", async () => {
    const { code, stdout } = await bench("--help");
    expect(code).toBe(0);
    for (const field of [...FENCES, "daysP10", "heardMedianS", "neverTold", "outings"])
      expect(stdout).toContain(`"${field}"`);
  });

  it.each([
    [["fences", "--jsn"], "Unknown option '--jsn'"],
    [["fence"], 'There is no benchmark "fence".'],
    [["fences", "energy"], "One benchmark at a time."],
    [["energy", "--world", "recorded"], "--world is for fences."],
    [["fences", "--quick", "--world", "nowhere"], "There is nothing to measure"],
  ])("refuses %j with a sentence and its help", async (args, problem) => {
    const { code, stdout, stderr } = await bench(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(problem);
    expect(stderr).toContain("Usage: npm run bench");
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
