import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTracks } from "@purrimeter/simulator/load-tracks";
import type { BenchLine } from "../bench-line.ts";
import { medianOf } from "../rounds.ts";

const ROUNDS = 9;
const POINTS = 20_000;

const TIME = "<time>2026-03-01T10:00:00Z</time>";
const point = (inside: string): string => `<trkpt lat="60.1" lon="7.5">${inside}</trkpt>`;

/** A file with one point that is a fix, and many others. */
function gpxOf(others: string): string {
  return `<gpx version="1.1" creator="x"><trk><trkseg>${others}${point(TIME)}</trkseg></trk></gpx>`;
}

/** Milliseconds of this process's processor time. */
async function costMs(path: string): Promise<number> {
  const before = process.cpuUsage();
  const { ok } = await loadTracks(path, "skip");
  const { user, system } = process.cpuUsage(before);
  if (!ok) throw new Error(`${path} could not be read`);
  return (user + system) / 1_000;
}

/** A GPX file most of whose points have no time, against one of fixes: what is skipped must not cost more than what is read. */
export async function benchTracks(): Promise<readonly BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-bench-tracks-"));
  const lines: BenchLine[] = [];
  try {
    for (const [what, between] of [
      ["all in one line", ""],
      ["a line each", "\n"],
    ] as const) {
      const [bad, good] = [join(folder, "bad.gpx"), join(folder, "good.gpx")];
      writeFileSync(bad, gpxOf((point("") + between).repeat(POINTS)));
      writeFileSync(good, gpxOf((point(TIME) + between).repeat(POINTS)));
      const costs: { bad: number; good: number }[] = [];
      for (let round = 0; round <= ROUNDS; round++)
        costs.push({ bad: await costMs(bad), good: await costMs(good) });
      // The first round warms up.
      const ours = medianOf(costs.slice(1).map((cost) => cost.bad));
      const peer = medianOf(costs.slice(1).map((cost) => cost.good));
      const named = `${POINTS} GPX points without a time, ${what}, against fixes`;
      lines.push({ bench: "tracks", case: named, ours, peer, unit: "ms", ratio: peer / ours });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return lines;
}
