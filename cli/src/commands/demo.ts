import type { Time } from "@purrimeter/service/time";
import { createLog } from "@purrimeter/service/log";
import type { FleetProgress } from "@purrimeter/simulator/fleet-summary";
import { Command, Option } from "commander";
import { overrideSettings } from "../configuration/override-settings.ts";
import { dataFiles } from "../data-folder/data-files.ts";
import { defaultSettings } from "../configuration/read-settings.ts";
import { DEFAULT_API_PORT, type Settings } from "../configuration/settings-schema.ts";
import { DEMO_NETWORKS, type OnAlert } from "../scenarios/demo-alerts.ts";
import type { DemoFile } from "../scenarios/demo-account.ts";
import { isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { writeToFiles } from "../terminal/line-log.ts";
import { dataOption, examples, sameData, parseCount, parsePort, parseSpeed } from "../terminal/options.ts";
import { readTracks } from "../scenarios/read-tracks.ts";
import { SERVICE_NAMES } from "../services/service-registry.ts";
import { startServices } from "../supervisor/start-services.ts";
import { stopSignal } from "../terminal/stop-signal.ts";

interface DemoFlags {
  readonly data: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly tags: number;
  readonly tracks?: string;
  readonly speed: number;
}

/** `purrimeter demo`. */
export function demoCommand(time: Time): Command {
  return new Command("demo")
    .description("start everything with simulated cats, and say where to look")
    .addOption(dataOption())
    .option("--port <number>", "port of the owners' API, 0 for any", parsePort, DEFAULT_API_PORT)
    .option("--mqtt-port <number>", "port for tags, 0 for any", parsePort, 8883)
    .option("--tags <number>", "how many cats", parseCount, 5)
    .option("--tracks <file>", "recorded cats (Movebank CSV, GPX, GeoJSON, NMEA) instead of invented ones")
    .addOption(
      new Option("--speed <factor>", "how fast they live their past: 1 is real time, or max")
        .argParser(parseSpeed)
        .default(Infinity, "max"),
    )
    .addHelpText(
      "after",
      examples("demo", "demo --tags 20 --tracks cats.csv --speed max", "demo --port 0 --mqtt-port 0"),
    )
    .action(async (flags: DemoFlags) => {
      const failure = await demo(flags, stopSignal(), time);
      if (failure !== undefined) reportFailure(failure);
    });
}

async function demo(flags: DemoFlags, stopping: AbortSignal, time: Time): Promise<Failure | undefined> {
  const tracks = flags.tracks === undefined ? undefined : await readTracks(flags.tracks);
  if (tracks !== undefined && isFailure(tracks)) return tracks;
  console.log("Starting authority, bridge, authentication and API …");
  const log = createLog("supervisor", { write: (line: string) => void process.stderr.write(line) });
  const services = await startServices({
    data: flags.data,
    settings: demoSettings(flags),
    time,
    writeLine: (files) => writeToFiles(files.log),
    onRestart: (service) =>
      log.warn("service started again", { event: "service.restarted", process: service }),
    rootKey: "discard",
    stopping,
  });
  if (isFailure(services)) return stopping.aborted ? undefined : services;
  try {
    const { runDemo } = await import("../scenarios/run-demo.ts");
    const { tags, speed } = flags;
    const onReady = (file: DemoFile): void => {
      announce(file, flags.data);
    };
    const onAlert: OnAlert = ({ kind, tag, at, alert }) => {
      console.log(`alert ${kind} ${tag} ${at}, GET /v1/alerts/${alert}`);
    };
    const options = { tags, speed, time, onProgress: progressLine(), onReady, onAlert, signal: stopping };
    const living = runDemo(services, tracks === undefined ? options : { ...options, tracks });
    return (await Promise.race([living, services.gaveUp])) ?? undefined;
  } finally {
    await services.stop();
  }
}

/** Messages may go to this machine, and its authority's certificates are trusted there: in a demo alone. */
function demoSettings({ data, port, mqttPort }: DemoFlags): Settings {
  const settings = overrideSettings(defaultSettings(SERVICE_NAMES), { port, mqttPort });
  const { root } = dataFiles(data).authority;
  return {
    ...settings,
    alerts: { ...settings.alerts, allowedNetworks: [...DEMO_NETWORKS], authority: root },
  };
}

/** One line that is written again on a terminal, and a line every few seconds elsewhere, until all have arrived. */
function progressLine(): (progress: FleetProgress) => void {
  let lines = 0;
  let hasArrived = false;
  return ({ tags, heard, caughtUp, lived, acknowledged }) => {
    if (hasArrived) return;
    hasArrived = caughtUp === tags;
    const line = `${heard} of ${tags} tags heard, ${Math.round(lived * 100)} % of their past lived, ${acknowledged} entries stored`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}${hasArrived ? "\n" : ""}`);
    else if (hasArrived || lines++ % 5 === 0) console.log(line);
  };
}

function announce({ api, ca, mqtt, email, tags, webhook }: DemoFile, data: string): void {
  console.log(`
API        ${api}/v1/openapi.json
authority  ${ca}
tags       ${mqtt} (${tags.length} tags, firmware in a simulator)
alerts     ${api}/v1/alerts; also here, by a webhook of this machine (${webhook})
owner      ${email}; the password is in demo.json, beside which everything lies

Log in and look, in another terminal:
  npx purrimeter look${sameData(data)}

Ctrl-C ends it.`);
  console.log(`ready ${api} ${mqtt}`);
}
