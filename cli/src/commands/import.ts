import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption, sameData } from "../terminal/options.ts";

interface ImportFlags {
  readonly data: string;
  readonly json?: true;
}

const HELP = `
The archive is proven by its manifest before anything is written; all of it is imported, or nothing. The account gets its
tags, geofences, locations and events, and no password: its owner sets one by "forgot password". What belongs to the other
installation stays there: sessions, passkeys, tokens, shares, transfers, the trail. Tags need a certificate of this
installation.
`;

/** `purrimeter import`. */
export function importCommand(time: Time): Command {
  return new Command("import")
    .description("read an account's archive into a data folder; nothing may be running on it")
    .argument("<file>", "archive that an owner asked for with POST /v1/account/export")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", HELP + examples("import purrimeter-account.zip --data /srv/purrimeter"))
    .action((file: string, flags: ImportFlags) => importFile(file, flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function importFile(file: string, flags: ImportFlags, time: Time): Promise<void> {
  const { importAccount } = await import("../import/import-account.ts");
  const imported = await importAccount(dataFiles(flags.data), file, time);
  if (isFailure(imported)) reportFailure(imported);
  else if (flags.json === true) console.log(JSON.stringify(imported));
  else {
    const { email, tags, geofences, entries } = imported;
    console.log(`${email}: ${tags} tags, ${geofences} geofences, ${entries} entries imported`);
    console.log(
      `next: purrimeter start${sameData(flags.data)}; the owner sets a password by "forgot password"`,
    );
  }
}
