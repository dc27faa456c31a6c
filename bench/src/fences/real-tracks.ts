import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadTracks } from "@purrimeter/simulator/load-tracks";
import { cleanTrack, type Track } from "@purrimeter/simulator/track";

/** Tracks of 101 real cats (Movebank, doi:10.5441/001/1.pf315732), beside the checkout; they are not part of it. */
const CATS = fileURLToPath(new URL("../../../../shared/data/cats/cats_uk.csv", import.meta.url));

/** The real cats' tracks without marked outliers, or undefined where the file is not there. */
export async function realTracks(): Promise<readonly Track[] | undefined> {
  if (!existsSync(CATS)) return undefined;
  const file = await loadTracks(CATS);
  if (!file.ok) throw new Error(`${CATS}: ${file.problem.reason}`);
  return file.tracks.map(cleanTrack);
}
