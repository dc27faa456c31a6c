import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTracks } from "../load-tracks.ts";
import { describeTrackProblem, type Garbage, type TrackFile } from "../track-problem.ts";

/** A file to read, and what should come out of it: a text that `outcomeOf` gives, or an expression that fits it. */
export interface TrackCase {
  readonly is: string;
  readonly content: string | Uint8Array;
  readonly gives: string | RegExp;
  /** "refuse" where nothing is said. */
  readonly garbage?: Garbage;
}

/** What came out: "NAME COUNT from LAT,LON" of each track, or the sentence that says why there is none. */
function outcomeOf(file: TrackFile): string {
  if (!file.ok) return describeTrackProblem(file.problem);
  const tracks = file.tracks.map(
    ({ name, length, lat, lon }) => `${name} ${length} from ${lat[0]},${lon[0]}`,
  );
  const passedOver = file.skipped === 0 ? [] : [`skipped ${file.skipped}, ${file.firstSkipped ?? ""}`];
  return [...tracks, ...passedOver].join("; ");
}

/** Reads every case through `loadTracks`, as a file of the name "track" and that ending; outcomes by the cases' names. */
export async function trackOutcomes(
  ending: string,
  cases: readonly TrackCase[],
): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "track-cases-"));
  const outcomes = new Map<string, string>();
  try {
    for (const { is, content, garbage } of cases) {
      if (outcomes.has(is)) throw new Error(`two cases are called "${is}"`);
      const path = join(folder, `track${ending}`);
      await writeFile(path, content);
      outcomes.set(is, outcomeOf(await loadTracks(path, garbage)).replace(`${folder}/`, ""));
    }
    return outcomes;
  } finally {
    await rm(folder, { recursive: true });
  }
}
