import { inventedHome } from "../cats/invented-homes.ts";
import { loadTracks } from "../tracks/load-tracks.ts";
import { logLife } from "./logger-model.ts";
import { Random, seedOf } from "../random.ts";
import { COLLAR_RECEIVER } from "../sky/receiver-model.ts";
import { SyntheticCat } from "../cats/synthetic-cat.ts";
import { trackFigures } from "./track-figures.ts";
import { describeTrackProblem } from "../tracks/track-problem.ts";
import type { Track } from "../tracks/track.ts";

const CATS = 404;
const DAYS = 7;

/** The recorded figures are those of unflagged fixes, so the invented loggers have no outliers either. */
const RECEIVER = { ...COLLAR_RECEIVER, outlierEveryS: Infinity };

/** Invented cats as the recorded cats' loggers would have seen them. */
function inventedTracks(seed: number): Track[] {
  return Array.from({ length: CATS }, (_, i) => {
    const cat = new SyntheticCat(seedOf(seed, i), inventedHome(i, seed), 1_500_000_000);
    return logLife(cat, `cat-${i}`, DAYS, RECEIVER, new Random(seedOf(seed, 10_000 + i)));
  });
}

/** Prints recorded and invented figures side by side, as a Markdown table: `npx node simulator/src/fit/cat-fit.ts FILE [SEED]`. */
async function main(path: string | undefined, seed: number): Promise<void> {
  if (path === undefined) throw new Error("usage: npx node simulator/src/fit/cat-fit.ts TRACKS.csv [SEED]");
  const recorded = await loadTracks(path);
  if (!recorded.ok) throw new Error(describeTrackProblem(recorded.problem));
  const invented = trackFigures(inventedTracks(seed));
  const rows = trackFigures(recorded.tracks).map(({ name, value, unit }, i) => {
    const other = invented[i]!.value;
    const shown = [value, other].map((figure) => `${figure.toPrecision(3)}${unit === "" ? "" : ` ${unit}`}`);
    return `| ${name} | ${shown.join(" | ")} | ${(other / value).toFixed(2)} |`;
  });
  process.stdout.write(
    ["| figure | recorded | invented | ratio |", "|---|---:|---:|---:|", ...rows, ""].join("\n"),
  );
}

await main(process.argv[2], Number(process.argv[3] ?? 1));
