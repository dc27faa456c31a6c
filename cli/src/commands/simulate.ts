import type { Time } from "@purrimeter/service/time";
import type { FleetResult } from "@purrimeter/simulator/fleet";
import type { FleetProgress } from "@purrimeter/simulator/fleet-summary";
import { authorityFiles } from "@purrimeter/certs/authority-files";
import { Command, InvalidArgumentError, Option } from "commander";
import { dirname, join, resolve } from "node:path";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import type { FleetBridge } from "../scenarios/fleet-tags.ts";
import { examples, jsonOption, parseCount, parseSpeed } from "../terminal/options.ts";
import { readTracks } from "../scenarios/read-tracks.ts";
import { stopSignal } from "../terminal/stop-signal.ts";
import { parseSeed } from "./replay.ts";

interface SimulateFlags {
  readonly tags?: number;
  readonly tracks?: string;
  readonly skipGarbage?: true;
  readonly speed: number;
  readonly seed: number;
  readonly duration?: number;
  readonly live?: true;
  readonly data?: string;
  readonly mqtt?: { readonly host: string; readonly port: number };
  readonly certs?: string;
  readonly json?: true;
}

/** `purrimeter simulate`. */
export function simulateCommand(time: Time): Command {
  return new Command("simulate")
    .description("run simulated tags, the firmware's own code, against a real bridge")
    .option("--tags <number>", "how many; 10, or as many as there are tracks", parseCount)
    .option("--tracks <file>", "recorded cats (Movebank CSV, GPX, GeoJSON, NMEA), moved where nobody lives")
    .option("--skip-garbage", "leave rows of the track file out that hold no fix")
    .addOption(
      new Option("--speed <factor>", "how fast they live: 1 is real time, or max")
        .argParser(parseSpeed)
        .default(Infinity, "max"),
    )
    .option("--seed <number>", "the same seed gives the same cats", parseSeed, 1)
    .option("--duration <time>", "how much of the past they live, such as 90s, 30m, 6h, 7d", parseDuration)
    .option("--live", "go on in real time until Ctrl-C")
    .option("--data <dir>", "a folder on which a demo runs; its owner claims the tags")
    .option("--mqtt <host:port>", "a bridge that knows the tags already", parseAddress)
    .option("--certs <dir>", "certs folder of the data folder whose authority certifies the tags for --mqtt")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Without --data and --mqtt it uses the demo that runs on ./data, or else starts a system of its own for as long as it lasts.
${examples("simulate --json", "simulate --tags 1000 --speed 60 --duration 1h", "simulate --tracks cats.csv --tags 20")}`,
    )
    .action(async (flags: SimulateFlags) => {
      const result = await simulate(flags, time);
      if (isFailure(result)) reportFailure(result);
      else conclude(result, flags);
    });
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MAX_DURATION_S = 366 * 86_400;

function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_S[unit ?? ""] ?? NaN);
  if (seconds >= 1 && seconds <= MAX_DURATION_S) return seconds;
  throw new InvalidArgumentError("It must be a time such as 90s, 30m, 6h or 7d, a year at most.");
}

function parseAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError("It must be a host and a port, such as localhost:8883.");
}

async function simulate(flags: SimulateFlags, time: Time): Promise<FleetResult | Failure> {
  const bridge = bridgeOf(flags);
  if (bridge !== undefined && isFailure(bridge)) return bridge;
  const tracks =
    flags.tracks === undefined ? undefined : await readTracks(flags.tracks, flags.skipGarbage === true);
  if (tracks !== undefined && isFailure(tracks)) return tracks;
  const { tags, duration, data, seed, speed, live } = flags;
  const show = progressLine(live === true);
  const { runSimulation } = await import("../scenarios/run-simulation.ts");
  return runSimulation({
    seed,
    speed,
    keepsLiving: live === true,
    ...(tags === undefined ? {} : { tags }),
    ...(tracks === undefined ? {} : { tracks }),
    ...(duration === undefined ? {} : { durationS: duration }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(data === undefined ? {} : { data }),
    time,
    onStage: (stage) => void process.stderr.write(`${stage}\n`),
    onProgress: show,
    signal: stopSignal(),
  });
}

function bridgeOf({ mqtt, certs, data }: SimulateFlags): FleetBridge | Failure | undefined {
  if (mqtt === undefined && certs === undefined) return undefined;
  if (mqtt === undefined || certs === undefined) return failed("--mqtt and --certs belong together");
  if (data !== undefined) return failed("--mqtt and --data exclude each other");
  // A data folder has the keys of its authority apart from the certificates.
  const keys = join(dirname(resolve(certs)), "secrets", "authority");
  return { ...mqtt, authority: authorityFiles(certs, keys) };
}

/** Lines on stderr: one that is written again on a terminal, one in five seconds elsewhere. */
function progressLine(isLive: boolean): (progress: FleetProgress) => void {
  let calls = 0;
  return ({ tags, connected, lived, entries, acknowledged, transitions, seconds }) => {
    const past = isLive && lived === 1 ? "living in real time" : `${Math.floor(lived * 100)} % lived`;
    const counts = `${acknowledged} of ${entries} entries acknowledged, ${transitions} transitions`;
    const line = `${Math.round(seconds)} s: ${connected} of ${tags} tags connected, ${past}, ${counts}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
    else if (calls++ % 5 === 0) process.stderr.write(`${line}\n`);
  };
}

/** The summary; the exit code is 1 when something was not acknowledged though nobody stopped the fleet. */
function conclude({ outcome, summary }: FleetResult, { json }: SimulateFlags): void {
  if (process.stderr.isTTY) process.stderr.write("\n");
  if (json === true) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    const { tags, fixes, entries, acknowledged, transitions, resent, seconds } = summary;
    console.log(
      `${tags} tags: ${fixes} fixes, ${entries} entries, ${acknowledged} acknowledged, ${transitions} transitions, ${resent} resent, ${seconds} s`,
    );
  }
  if (outcome === "stalled") {
    reportFailure(failed("nothing moved for two minutes: does the bridge run, and are the tags claimed?"));
  }
}
