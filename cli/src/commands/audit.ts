import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface AuditFlags {
  readonly data: string;
  readonly json?: true;
}

/** `purrimeter audit`. */
export function auditCommand(time: Time): Command {
  return new Command("audit")
    .description("what happened to accounts, as a chain of hashes")
    .addCommand(verifyCommand(time));
}

function verifyCommand(time: Time): Command {
  return new Command("verify")
    .description("prove that no event was changed or taken out; prints count and newest hash to note down")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("audit verify", "audit verify --json | jq -r .head"))
    .action((flags: AuditFlags) => verify(flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function verify(flags: AuditFlags, time: Time): Promise<void> {
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const { verifyTrail } = await import("../data-folder/verify-trail.ts");
  const verified = await withAccounts(dataFiles(flags.data), time, verifyTrail);
  if (isFailure(verified)) {
    reportFailure(verified);
    return;
  }
  if (flags.json === true) console.log(JSON.stringify(verified));
  else if (verified.intact)
    console.log(`${verified.events} events, intact${verified.head === "" ? "" : `; head ${verified.head}`}`);
  if (!verified.intact)
    reportFailure(
      failed(`the trail is broken at event ${verified.brokenAt}: it or the one before was changed`),
    );
}
