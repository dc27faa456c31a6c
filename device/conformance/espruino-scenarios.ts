import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { transpileForEspruino } from "../boards/espruino/build/transpile.ts";

/** What the scenarios' own code calls and prints: whole in the script, so that its transcripts are those of the sources. */
const HARNESS = {
  names: ["engine", "scenarioNames", "needsTrack", "runScenario", "atS", "latE7", "lonE7", "shift"],
  words: ["up", "down", "listen", "home", "end", "inside", "outside", "unknown"],
};

/** The scenarios and the core as the Espruino build makes them; wants a global object `engine`. */
export async function espruinoScript(): Promise<string> {
  const entry = new URL("scenarios/engine-entry.ts", import.meta.url);
  return (await transpileForEspruino(entry, HARNESS)).code;
}

/** Lines that a scenario wrote, of each that ended in time. */
export type Transcripts = ReadonlyMap<string, readonly string[]>;

/**
 * Runs scenarios on Espruino's Linux program, in as many processes as `lists`, each one after the other. What has not
 * ended after `limitMs` is not in the result.
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
