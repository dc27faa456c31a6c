import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { catTrack, NO_TRACK } from "./cat-track.ts";
import { espruinoScript, runOnEspruino, type Transcripts } from "./espruino-scenarios.ts";
import { goldenOf, readGoldens } from "./golden.ts";
import { needsTrack, runScenario, scenarioNames } from "./scenarios/run-scenario.ts";
import type { Track } from "./scenarios/scenario.ts";

/** Espruino looks names up one by one: a scenario takes seconds, some a minute, the cat's week an hour. */
const LIMIT_MS = 150_000;
const PROCESSES = 2;
/** Scenarios with short transcripts that take long run last. */
const SLOW: readonly string[] = [
  "null island is no fix",
  "sentences cut into single bytes, and garbage between them",
  "power cuts in the first start on a new flash",
];

const goldens = readGoldens();
const track = catTrack();
let script = "";

beforeAll(async () => {
  script = await espruinoScript();
});

function linesOnV8(name: string): string[] {
  const lines: string[] = [];
  runScenario(name, track ?? NO_TRACK, (line) => lines.push(line));
  return lines;
}

describe("golden scenarios as they are built for Espruino, on V8", () => {
  type Run = (name: string, track: Track, write: (line: string) => void) => boolean;
  const engine: { runScenario?: Run } = {};
  beforeAll(() => {
    runInNewContext(script, { engine });
  });

  it.for(scenarioNames())("%s", (name, { skip }) => {
    if (needsTrack(name) && track === undefined) skip("the recorded cats are not here (../shared/data/cats)");
    const lines: string[] = [];
    engine.runScenario?.(name, track ?? NO_TRACK, (line) => lines.push(line));
    expect(lines).toEqual(linesOnV8(name));
    expect(goldenOf(lines)).toEqual(goldens[name]);
  });
});

/** The fast ones first, distributed to the processes. */
function lists(): string[][] {
  const cost = (name: string): number => (goldens[name]?.lines ?? 0) + (SLOW.includes(name) ? 1e6 : 0);
  const names = scenarioNames().filter((name) => !needsTrack(name));
  const sorted = names.toSorted((a, b) => cost(a) - cost(b));
  return Array.from({ length: PROCESSES }, (_, i) => sorted.filter((_name, j) => j % PROCESSES === i));
}

const program = process.env["ESPRUINO"];

describe.skipIf(program === undefined)("golden scenarios on Espruino", () => {
  let transcripts: Transcripts = new Map();
  beforeAll(async () => {
    transcripts = await runOnEspruino(program ?? "", script, lists(), LIMIT_MS);
    const left = scenarioNames().filter((name) => !transcripts.has(name));
    process.stdout.write(
      `  Espruino: ${transcripts.size} scenarios ran, ${left.length} were left: ${left.join("; ")}\n`,
    );
  }, LIMIT_MS + 60_000);

  it("runs at least ten of them within its time", () => {
    expect(transcripts.size).toBeGreaterThanOrEqual(10);
  });

  it.for(scenarioNames())("%s", (name, { skip }) => {
    const lines = transcripts.get(name);
    if (lines === undefined) return skip("left: no time");
    expect(lines).toEqual(linesOnV8(name));
    expect(goldenOf(lines)).toEqual(goldens[name]);
  });
});

if (program === undefined)
  process.stdout.write("  Espruino: not run: ESPRUINO names no Linux program of it (docs/boards.md)\n");
