import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { existsSync } from "node:fs";
import { readSettings } from "../configuration/read-settings.ts";
import { dataFiles } from "../data-folder/data-files.ts";
import { checkSettings } from "../services/check-settings.ts";
import { REGISTRY, SERVICE_NAMES } from "../services/service-registry.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { utcDate } from "../terminal/utc.ts";

interface ConfigFlags {
  readonly data: string;
  readonly json?: true;
}

/** `purrimeter config`. */
export function configCommand(time: Time): Command {
  return new Command("config")
    .description("check DIR/config.json, and print what start would use: the file's settings, and defaults")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The file is yours: nothing writes it, and without it all defaults hold. docs/operating.md lists every key. Options of
"purrimeter start" win over the file; they are not shown here.
${examples("config", "config --data /srv/purrimeter --json | jq .api")}`,
    )
    .action((flags: ConfigFlags) => {
      const files = dataFiles(flags.data);
      const settings = readSettings(files.settings, SERVICE_NAMES);
      const refused = isFailure(settings)
        ? settings
        : checkSettings(REGISTRY, { files, settings, now: utcDate(time) });
      if (refused !== undefined) return reportFailure(refused);
      if (flags.json === true) return console.log(JSON.stringify(settings));
      console.log(`file  ${files.settings}${existsSync(files.settings) ? "" : " (none: all defaults)"}`);
      console.log(JSON.stringify(settings, undefined, 2));
    });
}
