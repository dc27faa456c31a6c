import type { Time } from "@purrimeter/service/time";
import { createLog } from "@purrimeter/service/log";
import { once } from "node:events";
import { Command } from "commander";
import { overrideSettings, type SettingOptions } from "../configuration/override-settings.ts";
import { readSettings } from "../configuration/read-settings.ts";
import type { Settings } from "../configuration/settings-schema.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { REGISTRY, SERVICE_NAMES } from "../services/service-registry.ts";
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
import { printRootKey, rootOutOption } from "../terminal/root-out.ts";
import { startServices, type RunningServices } from "../supervisor/start-services.ts";
import { stopSignal } from "../terminal/stop-signal.ts";

interface StartFlags extends SettingOptions {
  readonly data: string;
  readonly logFiles?: true;
  readonly production?: true;
  readonly allowGeneratedKeys?: true;
  readonly acceptLoss?: true;
  readonly rootOut?: string;
  readonly json?: true;
}

const SETTINGS_HELP = `
Settings are read from DIR/config.json, if there is such a file; docs/operating.md lists its keys, and "purrimeter config" prints
what they are. An option of the command line wins over the file. Nothing ever writes the file.
`;

/** `purrimeter start`. */
export function startCommand(time: Time): Command {
  return new Command("start")
    .description("run bridge, authentication and cloud API until SIGINT or SIGTERM")
    .addOption(dataOption())
    .option(
      "--host <address>",
      "address to listen on; 0.0.0.0 or :: for every one (api.host and bridge.host, default 127.0.0.1)",
    )
    .option("--port <number>", "port of the owners' API, 0 for any (api.port, default 8443)", parsePort)
    .option("--mqtt-port <number>", "port for tags, 0 for any (bridge.port, default 8883)", parsePort)
    .option(
      "--tls12-port <number>",
      "a second port, for boards whose TLS ends at 1.2; off unless given (bridge.tls12.port)",
      parseFixedPort,
    )
    .option(
      "--name <host>",
      "host name or address of this machine for its certificates; repeatable (hostNames)",
      collect,
      [],
    )
    .option(
      "--retention-days <days>",
      "how long locations are kept for owners who chose nothing (retentionDays, default 90)",
      parseDays,
    )
    .addOption(rootOutOption())
    .option("--production", "refuse keys that purrimeter generated for development")
    .option("--allow-generated-keys", "accept them in production nevertheless")
    .option(
      "--accept-loss",
      "once: go on although a database is missing or older than the other; what is lost stays lost",
    )
    .option("--log-files", "write the services' logs to DIR/log instead of stderr")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      SETTINGS_HELP +
        examples(
          "start --root-out /media/stick/root.pem",
          "start",
          "start --data /srv/purrimeter --host 0.0.0.0 --name cats.example.org",
          "start --data /srv/purrimeter --production",
        ),
    )
    .action((flags: StartFlags) => start(flags, time));
}

async function start(flags: StartFlags, time: Time): Promise<void> {
  const stopping = stopSignal();
  const log = createLog("supervisor", { write: (line: string) => void process.stderr.write(line) });
  const read = readSettings(dataFiles(flags.data).settings, SERVICE_NAMES);
  if (isFailure(read)) {
    reportFailure(read);
    return;
  }
  const settings = overrideSettings(read, flags);
  const running = await startServices({
    data: flags.data,
    settings,
    time,
    ownSecrets: flags.production === true && flags.allowGeneratedKeys !== true,
    acceptLoss: flags.acceptLoss === true,
    ...(flags.rootOut !== undefined && {
      rootKey: { file: flags.rootOut, onWritten: printRootKey(flags.json === true) },
    }),
    writeLine: (files) => writerFor(flags, files),
    onRestart: (service) =>
      log.warn("service started again", { event: "service.restarted", process: service }),
    onHung: (service) =>
      log.error("service does not answer and is killed", { event: "service.hung", process: service }),
    onGiveUp: (service, { failure }) => {
      log.error("service given up; the others go on", { event: "service.given-up", process: service });
      process.stderr.write(`purrimeter: ${failure}\n`);
    },
    stopping,
  });
  if (isFailure(running)) {
    if (!stopping.aborted) reportFailure(running);
    return;
  }
  const unrecorded = await recordTls12(running.files, settings, time);
  if (unrecorded !== undefined) {
    await running.stop();
    reportFailure(unrecorded);
    return;
  }
  announce(running, settings, flags);
  if (!stopping.aborted) await once(stopping, "abort");
  const broken = running.broken();
  for (const failure of [...broken, ...(await running.stop())]) reportFailure(failure);
}

function writerFor({ logFiles }: StartFlags, { log }: DataFiles): WriteLine {
  return logFiles === true ? writeToFiles(log) : writeToStderr;
}

/** Weaker TLS does not go on without a line in the audit trail. */
async function recordTls12(files: DataFiles, { bridge }: Settings, time: Time): Promise<Failure | undefined> {
  if (bridge.tls12 === undefined) return undefined;
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const recorded = await withAccounts(files, time, async ({ audit }) => {
    audit.record({ event: "bridge.tls12-on" });
    return (await audit.flush())
      ? {}
      : failed("the audit trail cannot be written, and without it there is no TLS 1.2");
  });
  return isFailure(recorded) ? recorded : undefined;
}

function announce(running: RunningServices, settings: Settings, { json }: StartFlags): void {
  const { files, created } = running;
  const lines = REGISTRY.services.flatMap(
    ({ name, announce: say }) => say?.(settings, running.portOf(name)) ?? [],
  );
  const metrics = metricsOf(settings);
  const ca = files.authority.root;
  if (json === true) {
    const urls = Object.fromEntries(lines.map(({ key, url }) => [key, url]));
    console.log(JSON.stringify({ ready: true, ...urls, metrics, ca, data: files.folder, created }));
    return;
  }
  console.log(`data       ${files.folder}${created ? " (new)" : ""}`);
  console.log(`authority  ${ca}`);
  for (const { label, url, note = "" } of lines) console.log(`${label.padEnd(9)}  ${url}${note}`);
  for (const [name, url] of Object.entries(metrics)) console.log(`metrics    ${url} (${name})`);
  const main = lines.filter(({ isMain }) => isMain === true);
  console.log(`ready ${main.map(({ url }) => url).join(" ")}`);
}

/** Addresses for Prometheus, by service; of this machine only. */
function metricsOf({ metrics }: Settings): Readonly<Record<string, string>> {
  const open = Object.entries(metrics).filter(([, port]) => port !== undefined);
  return Object.fromEntries(open.map(([name, port]) => [name, `http://127.0.0.1:${port}/metrics`]));
}
