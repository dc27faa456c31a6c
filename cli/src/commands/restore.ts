import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption, sameData } from "../terminal/options.ts";

interface RestoreFlags {
  readonly data: string;
  readonly secrets?: string;
  /** false: --no-erasures. */
  readonly erasures?: string | false;
  readonly force?: true;
  readonly json?: true;
}

const HELP = `
Everything is proven before anything is replaced. Accounts that were deleted since the backup are deleted from it: they are
known from --erasures FILE (the newest copy of erasures.list), and from the data folder that is replaced. Without either, the
restore is refused.
`;

/** `purrimeter restore`. */
export function restoreCommand(time: Time): Command {
  return new Command("restore")
    .description("put a backup in the place of a data folder; nothing may be running on it")
    .argument("<dir>", "folder that `purrimeter backup` wrote")
    .option("--secrets <dir>", "the half with keys and certificates, where it is kept elsewhere")
    .option("--erasures <file>", "newest copy of erasures.list: who was deleted since the backup")
    .option("--no-erasures", "nobody was deleted since the backup")
    .option("--force", "put a data folder that is not empty aside, as DIR.before-restore-TIME")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      HELP +
        examples(
          "restore /mnt/backup/monday --data /srv/purrimeter --erasures /mnt/other/erasures.list",
          "restore /mnt/one/monday --secrets /mnt/two/monday --data /srv/purrimeter --force",
        ),
    )
    .action((folder: string, flags: RestoreFlags) => restore(folder, flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function restore(folder: string, flags: RestoreFlags, time: Time): Promise<void> {
  const { restoreBackup } = await import("../backup/restore-backup.ts");
  const { erasures: given, secrets, force = false } = flags;
  const erasures = given === false ? "none" : given === undefined ? undefined : { list: given };
  const restored = await restoreBackup(dataFiles(flags.data), { folder, secrets, erasures, force, time });
  if (isFailure(restored)) reportFailure(restored);
  else if (flags.json === true) console.log(JSON.stringify(restored));
  else {
    console.log(`restored ${restored.files} files of ${restored.takenAt}, proven by their manifests`);
    console.log(`erased again: ${restored.erased} of the backup's owners, who were deleted since`);
    if (restored.aside !== undefined) console.log(`the former data folder is ${restored.aside}`);
    console.log(`next: purrimeter start${sameData(flags.data)}`);
  }
}
