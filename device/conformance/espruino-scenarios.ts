import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { transpileForEspruino } from "../boards/espruino/build/transpile.ts";

/**
 * Names and words that the scenarios' own code calls and prints: not shortened, so that the transcripts equal those of
 * the sources.
 */
const HARNESS = {
  names: ["engine", "scenarioNames", "needsTrack", "runScenario", "atS", "latE7", "lonE7", "shift"],
  words: ["up", "down", "listen", "home", "end", "inside", "outside", "unknown"],
};

/** The scenarios and the core as the Espruino build makes them; needs a global object `engine`. */
export async function espruinoScript(): Promise<string> {
  const entry = new URL("scenarios/engine-entry.ts", import.meta.url);
  return (await transpileForEspruino(entry, HARNESS)).code;
}

/** The lines of each scenario that ended in time. */
export type Transcripts = ReadonlyMap<string, readonly string[]>;

/**
 * Runs scenarios on Espruino's Linux program: one process for each of `lists`, its scenarios in order. A scenario that has
 * not ended after `limitMs` is not in the result.
 */
export async function runOnEspruino(
  program: string,
  script: string,
  lists: readonly (readonly string[])[],
  limitMs: number,
): Promise<Transcripts> {
  const folder = mkdtempSync(join(tmpdir(), "espruino-"));
  try {
    const transcripts = new Map<string, readonly string[]>();
    const runs = lists.map((names, index) => {
      const path = join(folder, `${index}.js`);
      writeFileSync(path, programOf(script, names));
      return runOne(program, path, limitMs, transcripts);
    });
    await Promise.all(runs);
    return transcripts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** "#" begins a scenario, "|" is a line of it, "=" ends it: the program prints its own banner between. */
function programOf(script: string, names: readonly string[]): string {
  return `var engine = {};
${script}
var track = { atS: [], latE7: [], lonE7: [] };
${JSON.stringify(names)}.forEach(function (name) {
  print("#" + name);
  engine.runScenario(name, track, function (line) { print("|" + line); });
  print("=");
});
quit();
`;
}

async function runOne(
  program: string,
  path: string,
  limitMs: number,
  into: Map<string, readonly string[]>,
): Promise<void> {
  const child = spawn(program, [path], { stdio: ["ignore", "pipe", "ignore"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  let name = "";
  let lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
    if (line.startsWith("#")) [name, lines] = [line.slice(1), []];
    else if (line.startsWith("|")) lines.push(line.slice(1));
    else if (line === "=") into.set(name, lines);
  }
  clearTimeout(timer);
}
