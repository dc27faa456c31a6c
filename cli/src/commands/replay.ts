import { loadTracks } from "@purrimeter/simulator/load-tracks";
import {
  circleSetting,
  radiusSchema,
  readGeofences,
  type NamedGeofence,
} from "@purrimeter/simulator/read-geofences";
import { refusalOf, replayAsRecorded, replayPaced, type Replay } from "@purrimeter/simulator/replay";
import { tagNameFor } from "@purrimeter/simulator/tag-name";
import { homeOf, type Track } from "@purrimeter/simulator/track";
import { describeTrackProblem, type TrackFile } from "@purrimeter/simulator/track-problem";
import { Command, InvalidArgumentError, Option } from "commander";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { examples, jsonOption } from "../terminal/options.ts";
import { replayWarnings, type PlannedTrack } from "./replay-warnings.ts";
import { explanationLines, explanationValue, timeText } from "./explain.ts";

interface ReplayFlags {
  readonly tracks: string;
  readonly radius: number;
  readonly geofences?: string;
  readonly asRecorded?: true;
  readonly paced?: true;
  readonly explain?: true;
  readonly skipGarbage?: true;
  readonly seed: number;
  readonly json?: true;
}

/** Radius when none is given: a garden with its neighbours. */
const DEFAULT_RADIUS_M = 75;

/** What a replay at the tag's own pace adds to the data. */
const INVENTED =
  "invents the way between fixes (a straight line), a receiver 1.5 m off that is as sure of the recorded bad fixes, " +
  "and no sky in gaps over 15 min";

/** `purrimeter replay`. */
export function replayCommand(): Command {
  return new Command("replay")
    .description(
      "decide recorded tracks with the firmware's code, without a network, and print every transition as a line of JSON",
    )
    .requiredOption("--tracks <file>", "Movebank CSV, GPX, GeoJSON or NMEA")
    .option(
      "--radius <metres>",
      "circle round each cat's home, the median point of its fixes",
      parseRadius,
      DEFAULT_RADIUS_M,
    )
    .option("--geofences <file>", "GeoJSON geofences for all cats instead of the circle")
    .addOption(
      new Option("--as-recorded", "take each recorded fix as the receiver's; the default").conflicts("paced"),
    )
    .option("--paced", `run the whole firmware at its own pace instead, which ${INVENTED}`)
    .option("--explain", "add to each transition the fixes, distances and beliefs that made it")
    .option("--skip-garbage", "leave rows out that hold no fix, and count them")
    .option("--seed <number>", "seed of the receiver with --paced", parseSeed, 1)
    .addOption(jsonOption().default(undefined))
    .addHelpText(
      "after",
      examples(
        "replay --tracks cats.csv --radius 75",
        "replay --tracks walk.gpx --geofences garden.geojson --explain",
      ),
    )
    .action(replay);
}

/** A whole number from 0 that fits 32 bits. */
export function parseSeed(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value <= 0xffff_ffff) return value;
  throw new InvalidArgumentError("It must be a whole number from 0 to 4294967295.");
}

function parseRadius(text: string): number {
  const radius = radiusSchema.safeParse(Number(text.trim() === "" ? "x" : text));
  if (radius.success) return radius.data;
  throw new InvalidArgumentError("It must be a number of metres from 10 to 50000.");
}

async function replay(flags: ReplayFlags): Promise<void> {
  const done = await replayAll(flags);
  if (isFailure(done)) reportFailure(done);
}

async function replayAll(flags: ReplayFlags): Promise<Failure | { readonly replayed: true }> {
  const shared = flags.geofences === undefined ? undefined : await sharedGeofences(flags.geofences);
  if (shared !== undefined && isFailure(shared)) return shared;
  const file = await loadTracks(flags.tracks, flags.skipGarbage === true ? "skip" : "refuse");
  if (!file.ok) return failed(describeTrackProblem(file.problem));
  const planned = planOf(file.tracks, shared, flags.radius);
  if (isFailure(planned)) return planned;
  const lines: string[] = [];
  const taken = new Set<string>();
  let fixes = 0;
  let transitions = 0;
  let recorded = 0;
  for (const { track, geofences } of planned) {
    const result = replayOne(track, geofences, flags);
    recorded += track.length;
    fixes += result.fixes;
    transitions += result.transitions.length;
    const tag = tagNameFor(track.name, taken);
    for (const line of linesOf(tag, result, flags)) lines.push(line);
    if (lines.length > 1_000) await write(lines.splice(0));
  }
  await write(lines);
  for (const line of replayWarnings(planned, flags.paced === true)) process.stderr.write(`${line}\n`);
  if (flags.paced === true)
    process.stderr.write(`--paced ${INVENTED}: these are not the alarms of the data\n`);
  if (flags.json !== true) process.stderr.write(`${summary(file, { recorded, fixes, transitions })}\n`);
  return { replayed: true };
}

function refused(geofences: readonly NamedGeofence[], of = ""): Failure | undefined {
  const reason = refusalOf(geofences);
  return reason === undefined ? undefined : refusal(reason, of);
}

function refusal(reason: string, of = ""): Failure {
  return failed(`the tag refuses a geofence${of}: ${reason}`);
}

async function sharedGeofences(path: string): Promise<Failure | readonly NamedGeofence[]> {
  const file = await readGeofences(path);
  if (file.ok) return refused(file.geofences) ?? file.geofences;
  return file.refusal === undefined ? failed(file.problem) : refusal(file.refusal);
}

/** Every track with its geofences; all are checked before the first line of the result is written. */
function planOf(
  tracks: readonly Track[],
  shared: readonly NamedGeofence[] | undefined,
  radiusM: number,
): Failure | readonly PlannedTrack[] {
  const planned: PlannedTrack[] = [];
  for (const track of tracks) {
    const geofences = shared ?? circleRound(track, radiusM);
    const fault = shared === undefined ? refused(geofences, ` of ${track.name}`) : undefined;
    if (fault !== undefined) return fault;
    planned.push({ track, geofences });
  }
  return planned;
}

function circleRound(track: Track, radiusM: number): readonly NamedGeofence[] {
  const { latDegrees, lonDegrees } = homeOf(track);
  return [{ name: "home", setting: circleSetting(0, [lonDegrees, latDegrees], radiusM) }];
}

function replayOne(
  track: Track,
  geofences: readonly NamedGeofence[],
  { paced, seed, explain }: ReplayFlags,
): Replay {
  const explains = explain === true;
  if (paced === true) return replayPaced(track, geofences, seed, explains);
  return replayAsRecorded(track, geofences, explains);
}

function linesOf(tag: string, { transitions }: Replay, { json }: ReplayFlags): string[] {
  return transitions.flatMap(({ at, geofence, side, lastKnown, number, explanation }) => {
    const line = { tag, at: timeText(at), geofence, side, lastKnown, number };
    if (explanation === undefined) return [JSON.stringify(line)];
    if (json === true) return [JSON.stringify({ ...line, explanation: explanationValue(explanation) })];
    return [JSON.stringify(line), ...explanationLines(side, explanation)];
  });
}

/** Waits while whoever reads is slower than this. */
async function write(lines: readonly string[]): Promise<void> {
  if (lines.length === 0 || process.stdout.write(`${lines.join("\n")}\n`)) return;
  await new Promise<void>((resolve) => process.stdout.once("drain", () => resolve()));
}

interface Counts {
  readonly recorded: number;
  readonly fixes: number;
  readonly transitions: number;
}

function summary(file: Extract<TrackFile, { ok: true }>, { recorded, fixes, transitions }: Counts): string {
  const skipped = file.skipped === 0 ? "" : `, ${file.skipped} rows skipped`;
  return `${file.tracks.length} tracks, ${fixes} fixes taken of ${recorded} recorded, ${transitions} transitions${skipped}`;
}
