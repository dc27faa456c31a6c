import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { SERVICE_NAMES } from "../services/service-registry.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { utcDate } from "../terminal/utc.ts";

interface CheckFlags {
  readonly data: string;
  readonly json?: true;
}

/** `purrimeter check`. */
export function checkCommand(time: Time): Command {
  return new Command("check")
    .description("read all of a data folder and say what is wrong; ends with 1 if anything is")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Reads every page of the databases, compares key ring, accounts and locations, and looks at certificates, permissions, disk
space and schemas. Changes nothing; services may be running.
${examples("check", "check --data /srv/purrimeter --json | jq 'select(.ok | not)'")}`,
    )
    .action((flags: CheckFlags) => check(flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function check({ data, json }: CheckFlags, time: Time): Promise<void> {
  const { checkData } = await import("../check/check-data.ts");
  const checked = await checkData(dataFiles(data), SERVICE_NAMES, utcDate(time));
  if (isFailure(checked)) {
    reportFailure(checked);
    return;
  }
  for (const { name, ok, detail } of checked.findings)
    console.log(
      json === true
        ? JSON.stringify({ name, ok, detail })
        : `${ok ? "ok   " : "WRONG"}  ${name.padEnd(12)}  ${detail}`,
    );
  if (checked.findings.some(({ ok }) => !ok)) process.exitCode = 1;
}
