import { strayTime, withoutStrayTimes } from "./stray-times.ts";
import type { Track } from "./track.ts";

/** Why a track file could not be read. */
export interface TrackProblem {
  readonly reason:
    | "missing-file"
    | "not-a-file"
    | "unreadable"
    | "too-large"
    | "unknown-format"
    | "missing-column"
    | "malformed"
    | "bad-row"
    | "no-fixes";
  readonly path: string;
  /** Line of the file, from 1, at which the reader stopped. */
  readonly line?: number;
  /** Number of the feature, from 1, in a format whose features are not lines. */
  readonly feature?: number;
  /** The fault there, a phrase that follows "line 12: ". */
  readonly detail?: string;
}

/** What to do with a row that holds no usable fix. */
export type Garbage = "refuse" | "skip";

/** The contents of a track file, or the problem. */
export type TrackFile =
  | {
      readonly ok: true;
      readonly tracks: readonly Track[];
      readonly skipped: number;
      readonly firstSkipped?: string;
    }
  | { readonly ok: false; readonly problem: TrackProblem };

/** The problem as one sentence for a person, with what to do where that is possible. */
export function describeTrackProblem(problem: TrackProblem): string {
  const { path } = problem;
  const line = problem.line === undefined ? "" : `, line ${problem.line}`;
  const feature = problem.feature === undefined ? "" : `, feature ${problem.feature}`;
  const where = `${path}${line}${feature}`;
  const detail = problem.detail === undefined ? "" : `: ${problem.detail}`;
  switch (problem.reason) {
    case "missing-file":
      return `There is no track file ${path}.`;
    case "not-a-file":
      return `${path} is a folder, not a track file.`;
    case "unreadable":
      return `The track file ${path} cannot be read${detail}.`;
    case "too-large":
      return `The track file ${path} is too large to be read as a whole${detail}.`;
    case "unknown-format":
      return `${path} is no track file: expected Movebank CSV, GPX, GeoJSON or NMEA.`;
    case "missing-column":
      return `${where}${detail}. Needed columns: tag_id, timestamp, location_long, location_lat.`;
    case "malformed":
      return `${where}${detail}.`;
    case "bad-row":
      return `${where}${detail}. (--skip-garbage leaves such rows out.)`;
    case "no-fixes":
      return `The track file ${path} holds no fix.`;
  }
}

/**
 * Counts bad rows while a file is read: with "refuse" the first bad row ends the reading.
 */
export class GarbageCount {
  readonly #garbage: Garbage;
  readonly #path: string;
  readonly #unit: "line" | "feature";
  skipped = 0;
  problem: TrackProblem | undefined;
  #first: string | undefined;

  /** `unit`: what the numbers passed to `add` count. */
  constructor(path: string, garbage: Garbage, unit: "line" | "feature" = "line") {
    this.#path = path;
    this.#garbage = garbage;
    this.#unit = unit;
  }

  /** Counts a bad row; false when reading must stop. */
  add(number: number, detail: string): boolean {
    this.skipped++;
    this.#first ??= `${this.#unit} ${number}: ${detail}`;
    if (this.#garbage === "skip") return true;
    this.problem ??= { reason: "bad-row", path: this.#path, [this.#unit]: number, detail };
    return false;
  }

  /** The result for the file. */
  file(tracks: readonly Track[]): TrackFile {
    const sound = this.problem === undefined ? tracks.map((track) => this.#withoutStrays(track)) : [];
    if (this.problem !== undefined) return { ok: false, problem: this.problem };
    const filled = sound.filter((track) => track.length > 0);
    if (filled.length === 0) return { ok: false, problem: { reason: "no-fixes", path: this.#path } };
    const first = this.#first;
    return {
      ok: true,
      tracks: filled,
      skipped: this.skipped,
      ...(first === undefined ? {} : { firstSkipped: first }),
    };
  }

  /** A fix of another decade is garbage: a replay would last as long as its gap. */
  #withoutStrays(track: Track): Track {
    const stray = strayTime(track);
    if (stray === undefined) return track;
    const detail = `${JSON.stringify(track.name)} has a fix of ${stray}, decades from its others`;
    this.#first ??= detail;
    if (this.#garbage === "refuse") this.problem ??= { reason: "bad-row", path: this.#path, detail };
    const sound = withoutStrayTimes(track);
    this.skipped += track.length - sound.length;
    return sound;
  }
}
