import { programVersion } from "@purrimeter/service/program-version";
import type { Time } from "@purrimeter/service/time";
import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { Command } from "commander";
import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { readSettings } from "../configuration/read-settings.ts";
import type { Settings } from "../configuration/settings-schema.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { SERVICE_NAMES } from "../services/service-registry.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { utcSeconds } from "../terminal/utc.ts";

interface BackupFlags {
  readonly data: string;
  readonly secrets?: string;
  readonly json?: true;
}

const HELP = `
DIR gets two folders: "data" (databases, settings) and "secrets" (keys, certificates). Store them apart: whoever has both
reads everything. Neither is of use alone. Services may be running. Keep erasures.list of the data folder elsewhere as well:
"purrimeter restore" needs its newest copy, or brings back accounts that were deleted since.
`;

/** `purrimeter backup`. */
export function backupCommand(time: Time): Command {
  return new Command("backup")
    .description("write a backup of everything to a new folder; services may be running")
    .argument("<dir>", "folder that is new or empty")
    .option("--secrets <dir>", "another folder for the half with keys and certificates")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      HELP + examples("backup /mnt/backup/monday", "backup /mnt/one/monday --secrets /mnt/two/monday"),
    )
    .action((folder: string, flags: BackupFlags) => backup(folder, flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function backup(folder: string, flags: BackupFlags, time: Time): Promise<void> {
  const { writeBackup } = await import("../backup/write-backup.ts");
  const files = dataFiles(flags.data);
  const settings = readSettings(files.settings, SERVICE_NAMES);
  const outside = isFailure(settings) ? [] : filesOutside(files, settings);
  const written = await writeBackup(files, {
    folder,
    secrets: flags.secrets,
    time,
    version: programVersion(),
  });
  if (isFailure(written)) {
    reportFailure(written);
    return;
  }
  recordBackup(files, time);
  for (const path of outside)
    process.stderr.write(`purrimeter: ${path} lies outside of the data folder and is not in the backup\n`);
  if (flags.json === true) console.log(JSON.stringify(written));
  else {
    const { files: count, bytes } = written;
    console.log(`backup of ${count} files, ${Math.ceil(bytes / 1_024)} KiB, written and read again`);
    console.log(`data       ${written.data}`);
    console.log(`secrets    ${written.secrets}  (store it apart from the data)`);
  }
}

/** For the alarm about a backup that is too old; a folder that was never started has nobody to alarm. */
function recordBackup({ run, lastBackup }: DataFiles, time: Time): void {
  if (existsSync(run)) replaceFile(lastBackup, `${utcSeconds(time)}\n`, PUBLIC_MODE);
}

/** Files that the settings name and that the data folder does not hold. */
function filesOutside({ folder }: DataFiles, { alarms, alerts, api, mail }: Settings): string[] {
  return [api.certificate, api.key, mail.smtp?.authority, alarms.webhook?.authority, alerts.authority]
    .filter((path) => path !== undefined)
    .map((path) => resolve(folder, path))
    .filter((path) => {
      const way = relative(folder, path);
      return way.startsWith("..") || isAbsolute(way);
    });
}
