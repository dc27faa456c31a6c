import type { Time } from "@purrimeter/service/time";
import { Command, Option } from "commander";
import type { TrailFault } from "../data-folder/verify-trail.ts";
import { dataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface AuditFlags {
  readonly data: string;
  readonly json?: true;
  readonly head?: string;
}

/** What a broken trail says, by its fault. */
const FAULTS: Readonly<Record<TrailFault, (at: number) => string>> = {
  changed: (at) => `the trail is broken at event ${at}: it or the one before was changed`,
  "beginning-missing": (at) =>
    `the trail begins at event ${at}, although none is old enough to be deleted: events before it were taken out`,
  "end-missing": (at) =>
    `the trail ends before event ${at}, which was written: events at its end were taken out`,
  "head-missing": () =>
    "no event has the hash given with --head: the trail was cut or written anew, or that event is older than 400 days",
};

/** `purrimeter audit`. */
export function auditCommand(time: Time): Command {
  return new Command("audit")
    .description("what happened to accounts, as a chain of hashes")
    .addCommand(verifyCommand(time));
}

function verifyCommand(time: Time): Command {
  return new Command("verify")
    .description("prove that no event was changed or taken out; prints count and newest hash to note down")
    .addOption(new Option("--head <hash>", "a hash that was noted down before, which must be in the trail"))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples("audit verify", "audit verify --json | jq -r .head", "audit verify --head HASH"),
    )
    .action((flags: AuditFlags) => verify(flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function verify(flags: AuditFlags, time: Time): Promise<void> {
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const { verifyTrail } = await import("../data-folder/verify-trail.ts");
  const verified = await withAccounts(dataFiles(flags.data), time, (opened) =>
    verifyTrail(opened, flags.head?.toLowerCase()),
  );
  if (isFailure(verified)) {
    reportFailure(verified);
    return;
  }
  if (flags.json === true) console.log(JSON.stringify(verified));
  else if (verified.intact)
    console.log(`${verified.events} events, intact${verified.head === "" ? "" : `; head ${verified.head}`}`);
  if (!verified.intact) reportFailure(failed(FAULTS[verified.fault](verified.brokenAt)));
}
