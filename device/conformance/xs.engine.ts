import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";
import { catTrack, NO_TRACK } from "./cat-track.ts";
import { goldenOf, readGoldens } from "./golden.ts";
import { hoistLiterals } from "./hoist-literals.ts";
import { needsTrack, runScenario, scenarioNames } from "./scenarios/run-scenario.ts";
import { xsnapWorker } from "./xsnap.ts";
import { XsWorker, type XsHeap } from "./xs-worker.ts";

/** What an ESP32 gives to XS (Moddable's own limits for it). */
const BOARD_CHUNK_BYTES = 78_848;
const BOARD_SLOTS = 4_928;

const FIXES = 100_000;

const PRELUDE = `var engine = {};
engine.encoder = new TextEncoder();
engine.lines = [];
engine.flush = () => {
  if (engine.lines.length > 0) issueCommand(engine.encoder.encode(engine.lines.join("\\n") + "\\n").buffer);
  engine.lines = [];
};
engine.write = (line) => {
  if (engine.lines.push(line) === 500) engine.flush();
};`;

const track = catTrack();
let program = "";
let worker: XsWorker;
/** Runs only the recorded cat's week, which takes as long as all other scenarios, on another processor. */
let weekWorker: XsWorker | undefined;
let week: Promise<string[]> | undefined;
/** Started first and awaited last: it takes as long as everything else, on another processor. */
let many: Promise<number>;

function linesOnV8(name: string): string[] {
  const lines: string[] = [];
  runScenario(name, track ?? NO_TRACK, (line) => lines.push(line));
  return lines;
}

async function linesOnXs(on: XsWorker, name: string): Promise<string[]> {
  const { issued } = await on.evaluate(
    `engine.runScenario(${JSON.stringify(name)}, engine.track, engine.write); engine.flush();`,
  );
  return issued.trimEnd().split("\n");
}

function used(after: XsHeap, before: XsHeap): XsHeap {
  return { slots: after.slots - before.slots, chunkBytes: after.chunkBytes - before.chunkBytes };
}

function show(what: string, { slots, chunkBytes }: XsHeap): void {
  process.stdout.write(`  XS: ${what}: ${chunkBytes} bytes of chunks, ${slots} slots\n`);
}

beforeAll(async () => {
  program = xsnapWorker();
  many = slotsOverMany();
  // Its test reports a failure; until then it must not count as unhandled.
  many.catch(() => undefined);
  const script = await bundle(new URL("scenarios/engine-entry.ts", import.meta.url), false);
  worker = await scenarioWorker(script);
  const name = scenarioNames().find(needsTrack);
  if (track === undefined || name === undefined) return;
  weekWorker = await scenarioWorker(script);
  week = linesOnXs(weekWorker, name);
  week.catch(() => undefined);
});

afterAll(() => {
  worker?.close();
  weekWorker?.close();
});

async function scenarioWorker(script: string): Promise<XsWorker> {
  const own = new XsWorker(program);
  await own.evaluate(PRELUDE);
  await own.evaluate(script);
  await own.evaluate(`engine.track = ${JSON.stringify(track ?? NO_TRACK)};`);
  return own;
}

describe("golden scenarios on XS", () => {
  const goldens = readGoldens();

  it.for(scenarioNames())("%s", async (name, { skip }) => {
    if (needsTrack(name) && track === undefined) skip("the recorded cats are not here (../shared/data/cats)");
    const lines = needsTrack(name) ? await week : await linesOnXs(worker, name);
    expect(lines).toEqual(linesOnV8(name));
    expect(goldenOf(lines ?? [])).toEqual(goldens[name]);
  });
});

/** Slots allocated during `fixes` fixes, beyond those of the evaluation itself. */
async function slotsOver(own: XsWorker, fixes: number): Promise<number> {
  // A later collection would change the count: it frees what the evaluations before left.
  await own.evaluate("gc();");
  await own.evaluate("steady.take(1);");
  const first = await own.evaluate("steady.take(1);");
  const second = await own.evaluate("steady.take(1);");
  const last = await own.evaluate(`steady.take(${fixes});`);
  expect(last.meter.allocate).toBe(second.meter.allocate);
  const perEvaluation = second.meter.currentHeapCount - first.meter.currentHeapCount;
  return last.meter.currentHeapCount - second.meter.currentHeapCount - perEvaluation;
}

async function steadyWorker(hasRing: boolean): Promise<XsWorker> {
  const own = new XsWorker(program);
  await own.evaluate("var engine = {};");
  await own.evaluate(
    hoistLiterals(await bundle(new URL("scenarios/steady-entry.ts", import.meta.url), false)),
  );
  await own.evaluate(
    `var steady = engine.makeSteadyFixes(); steady.begin(${String(hasRing)}); steady.take(3000);`,
  );
  return own;
}

async function slotsOverMany(): Promise<number> {
  const own = await steadyWorker(false);
  try {
    return await slotsOver(own, FIXES);
  } finally {
    own.close();
  }
}

describe("the core's memory on XS", () => {
  it("stays within a board's after a backlog and a hundred corners", async () => {
    const own = new XsWorker(program);
    try {
      await own.evaluate("var engine = {};");
      const empty = await own.heap();
      await own.evaluate(await bundle(new URL("scenarios/steady-entry.ts", import.meta.url), true));
      const code = used(await own.heap(), empty);
      await own.evaluate("var steady = engine.makeSteadyFixes();");
      const bare = await own.heap();
      await own.evaluate("steady.begin(true); steady.take(1000); steady.up(); steady.take(1000);");
      const state = used(await own.heap(), bare);
      show("state after 2,000 fixes", state);
      show("code (a board keeps it in flash: preload)", code);
      expect(state.chunkBytes).toBeLessThanOrEqual(BOARD_CHUNK_BYTES);
      expect(state.slots).toBeLessThanOrEqual(BOARD_SLOTS);
    } finally {
      own.close();
    }
  });

  it("allocates nothing over 2,000 fixes with a hundred corners", async () => {
    const own = await steadyWorker(true);
    try {
      expect(await slotsOver(own, 2_000)).toBe(0);
    } finally {
      own.close();
    }
  });

  it(`allocates nothing over ${FIXES} fixes`, async () => {
    const slots = await many;
    process.stdout.write(`  XS: slots allocated over ${FIXES} fixes: ${slots}\n`);
    expect(slots).toBe(0);
  });
});
