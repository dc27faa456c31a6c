import type { Track } from "@purrimeter/simulator/track";
import { describeTrackProblem } from "@purrimeter/simulator/track-problem";
import { failed, type Failure } from "../terminal/failure.ts";

/** The tracks of a file, or why there are none. With `skipsGarbage`, rows without a fix are counted on stderr. */
export async function readTracks(path: string, skipsGarbage = false): Promise<readonly Track[] | Failure> {
  // Loaded when it is needed: readers of XML and CSV are much for a help text.
  const { loadTracks } = await import("@purrimeter/simulator/load-tracks");
  const file = await loadTracks(path, skipsGarbage ? "skip" : "refuse");
  if (!file.ok) return failed(describeTrackProblem(file.problem).replace(/\.$/, ""));
  if (file.skipped > 0)
    process.stderr.write(`${file.skipped} rows skipped, the first: ${file.firstSkipped ?? "sentences"}\n`);
  return file.tracks;
}
