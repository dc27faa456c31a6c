import { sleep } from "@purrimeter/service/sleep";
import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import type { SigningStep } from "../data-folder/rotate-signing.ts";
import { isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { stopSignal } from "../terminal/stop-signal.ts";

interface RotateSigningFlags {
  readonly data: string;
  readonly wait?: true;
  readonly json?: true;
}

/** `purrimeter keys rotate-signing`. */
export function rotateSigningCommand(time: Time): Command {
  return new Command("rotate-signing")
    .description("give the authentication service another key to sign access tokens with, step by step")
    .option("--wait", "take all steps, each when it is due, instead of the next one; 22 minutes")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A rotation has three steps: a next key is introduced (published, not used), promoted (it signs, the former one stays
published), and the former one is retired when no token of it lives. A call takes the step that is due, if one is, and prints
when the next will be. Nobody is logged out. Services may be running or not.
${examples("keys rotate-signing", "keys rotate-signing --wait --data /srv/purrimeter")}`,
    )
    .action((flags: RotateSigningFlags) => rotate(flags, time));
}

async function rotate(flags: RotateSigningFlags, time: Time): Promise<void> {
  const stopping = flags.wait === true ? stopSignal() : AbortSignal.abort();
  for (;;) {
    const step = await takeStep(flags, time);
    if (isFailure(step)) return reportFailure(step);
    print(step, flags);
    if (step.againAfterS === undefined) return;
    if (!(await sleep(time, step.againAfterS * 1_000, stopping))) return;
  }
}

/** The database is opened for each step: nothing is held while nothing happens. */
async function takeStep({ data }: RotateSigningFlags, time: Time): Promise<SigningStep | Failure> {
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const { rotateSigning } = await import("../data-folder/rotate-signing.ts");
  const files = dataFiles(data);
  return withAccounts(files, time, (opened) => rotateSigning(files, opened, time.utcMs()));
}

const DONE: Readonly<Record<SigningStep["did"], string>> = {
  introduced: "the next signing key is published",
  promoted: "the next signing key signs now",
  retired: "the former signing key is gone; the rotation is over",
  waited: "nothing is due yet",
};

function print({ did, againAfterS, told }: SigningStep, { json }: RotateSigningFlags): void {
  if (json === true) {
    console.log(JSON.stringify({ did, againAfterS, running: told === "told" }));
    return;
  }
  const next = againAfterS === undefined ? "" : `; the next step is due in ${againAfterS} s`;
  const service =
    told === "told" ? "auth reads its keys again" : "auth does not run here and reads them when it starts";
  console.log(`${DONE[did]}${next} (${service})`);
}
