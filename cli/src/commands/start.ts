import { createLog } from "@purrimeter/service/log";
import { Command } from "commander";
import type { DataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { writeToFiles, writeToStderr, type WriteLine } from "../terminal/line-log.ts";
import {
  collect,
  dataOption,
  examples,
  jsonOption,
  parseDays,
  parseFixedPort,
  parsePort,
} from "../terminal/options.ts";
import { DEFAULT_PORT } from "../supervisor/service-specs.ts";
import { startServices, type RunningServices } from "../supervisor/start-services.ts";
import { stopSignal } from "../terminal/stop-signal.ts";

interface StartFlags {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly tls12Port?: number;
  readonly name: readonly string[];
  readonly retentionDays: number;
  readonly logFiles?: true;
  readonly production?: true;
  readonly allowGeneratedKeys?: true;
  readonly json?: true;
}

/** `purrimeter start`. */
export function startCommand(): Command {
  return new Command("start")
    .description("run bridge, authentication and cloud API until SIGINT or SIGTERM")
    .addOption(dataOption())
    .option("--host <address>", "address to listen on; 0.0.0.0 or :: for every one", "127.0.0.1")
    .option("--port <number>", "port of the owners' API, 0 for any", parsePort, DEFAULT_PORT)
    .option("--mqtt-port <number>", "port for tags, 0 for any", parsePort, 8883)
    .option(
      "--tls12-port <number>",
      "a second port, for boards whose TLS ends at 1.2; off unless given",
      parseFixedPort,
    )
    .option(
      "--name <host>",
      "host name or address of this machine for its certificates; repeatable",
      collect,
      [],
    )
    .option("--retention-days <days>", "how long locations are kept", parseDays, 365)
    .option("--production", "refuse keys that purrimeter generated for development")
    .option("--allow-generated-keys", "accept them in production nevertheless")
    .option("--log-files", "write the services' logs to DIR/log instead of stderr")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "start",
        "start --data /srv/purrimeter --host 0.0.0.0 --name cats.example.org",
        "start --data /srv/purrimeter --production",
      ),
    )
    .action(start);
}

async function start(flags: StartFlags): Promise<void> {
  const stopping = stopSignal();
  const log = createLog("supervisor", { write: (line: string) => void process.stderr.write(line) });
  const running = await startServices({
    ...flags,
    names: flags.name,
    ownSecrets: flags.production === true && flags.allowGeneratedKeys !== true,
    writeLine: (files) => writerFor(flags, files),
    onRestart: (service) =>
      log.warn("service started again", { event: "service.restarted", process: service }),
    stopping,
  });
  if (isFailure(running)) {
    if (!stopping.aborted) reportFailure(running);
    return;
  }
  const unrecorded = await recordTls12(running, flags);
  if (unrecorded !== undefined) {
    await running.stop();
    reportFailure(unrecorded);
    return;
  }
  announce(running, flags);
  const aborted = new Promise<undefined>((resolve) => {
    if (stopping.aborted) resolve(undefined);
    stopping.addEventListener("abort", () => resolve(undefined));
  });
  const failure = await Promise.race([aborted, running.gaveUp]);
  await running.stop();
  if (failure !== undefined) reportFailure(failure);
}

function writerFor({ logFiles }: StartFlags, { log }: DataFiles): WriteLine {
  return logFiles === true ? writeToFiles(log) : writeToStderr;
}

/** Weaker TLS does not go on without a line in the audit trail. */
async function recordTls12(
  { files }: RunningServices,
  { tls12Port }: StartFlags,
): Promise<Failure | undefined> {
  if (tls12Port === undefined) return undefined;
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const recorded = await withAccounts(files, async ({ audit }) => {
    audit.record({ event: "bridge.tls12-on" });
    return (await audit.flush())
      ? {}
      : failed("the audit trail cannot be written, and without it there is no TLS 1.2");
  });
  return isFailure(recorded) ? recorded : undefined;
}

function announce(
  { files, created, port, mqttPort }: RunningServices,
  { json, host, tls12Port }: StartFlags,
): void {
  const api = `https://${reachable(host)}:${port}`;
  const mqtt = `mqtts://${reachable(host)}:${mqttPort}`;
  const mqttTls12 = tls12Port === undefined ? undefined : `mqtts://${reachable(host)}:${tls12Port}`;
  const ca = files.authority.root;
  if (json === true) {
    console.log(JSON.stringify({ ready: true, api, mqtt, mqttTls12, ca, data: files.folder, created }));
    return;
  }
  console.log(`data       ${files.folder}${created ? " (new)" : ""}`);
  console.log(`authority  ${ca}`);
  console.log(`API        ${api}/v1/openapi.json`);
  console.log(`tags       ${mqtt}`);
  if (mqttTls12 !== undefined)
    console.log(`TLS 1.2    ${mqttTls12}  warning: weaker than TLS 1.3, only for boards that know no better`);
  console.log(`ready ${api} ${mqtt}`);
}

/** What to connect to on this machine when that is listened on. */
export function reachable(host: string): string {
  if (["0.0.0.0", "::", "127.0.0.1", "::1"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
