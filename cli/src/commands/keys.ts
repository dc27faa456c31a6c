import type { Time } from "@purrimeter/service/time";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { Command, InvalidArgumentError } from "commander";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import type { OperatorStore } from "../data-folder/open-registry.ts";
import { rotateSigningCommand } from "./rotate-signing.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { utcDate } from "../terminal/utc.ts";
import type { RotatedOwner } from "../data-folder/rotate-keys.ts";

interface KeyFlags {
  readonly data: string;
  readonly all?: true;
  readonly json?: true;
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function withOperatorStore<Result extends object>(
  files: DataFiles,
  time: Time,
  use: (opened: OperatorStore) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  return (await import("../data-folder/open-registry.ts")).withOperatorStore(files, time, use);
}

/** `purrimeter keys`. */
export function keysCommand(time: Time): Command {
  return new Command("keys")
    .description(
      "the owners' keys, under which their locations are sealed, and the keys that sign access tokens",
    )
    .addCommand(rotateCommand(time))
    .addCommand(listCommand(time))
    .addCommand(forgetCommand(time))
    .addCommand(rotateSigningCommand(time));
}

function rotateCommand(time: Time): Command {
  return new Command("rotate")
    .description("give owners' keys a new version and put what they wrap under it; services may be running")
    .argument("[owners...]", "ids of owners, as `keys list` prints them", parseOwner)
    .option("--all", "all owners")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("keys rotate --all", "keys rotate 0b9f6c1e-… --json"))
    .action(async (owners: readonly OwnerId[] | undefined, flags: KeyFlags, command: Command) => {
      const named = owners ?? [];
      if (named.length > 0 === (flags.all === true))
        command.error("error: name owners, or give --all", { exitCode: 2 });
      await rotate(flags.all === true ? "all" : named, flags, time);
    });
}

/** Collects arguments, because commander calls this for each. */
function parseOwner(text: string, former: readonly OwnerId[] | undefined): readonly OwnerId[] {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) throw new InvalidArgumentError("It is no id of an owner.");
  return [...(former ?? []), text as OwnerId];
}

async function rotate(owners: "all" | readonly OwnerId[], flags: KeyFlags, time: Time): Promise<void> {
  const { rotateKeys } = await import("../data-folder/rotate-keys.ts");
  const files = dataFiles(flags.data);
  const options = { owners, now: () => utcDate(time), onOwner: progress(flags) };
  const rotated = await withOperatorStore(files, time, (opened) => rotateKeys(files, opened, options));
  if (isFailure(rotated)) reportFailure(rotated);
  else if (flags.json === true) console.log(JSON.stringify(rotated));
  else {
    const { owners: count, rewrapped, resumed } = rotated;
    const again = resumed ? ", going on with a rotation that was broken off" : "";
    console.log(`owners' keys rotated: ${count}, sealing keys rewrapped: ${rewrapped}${again}`);
  }
}

/** A line for each owner in JSON; on a terminal, one line that is written again. */
function progress({ json }: KeyFlags): (rotated: RotatedOwner, done: number, total: number) => void {
  return (rotated, done, total) => {
    if (json === true) console.log(JSON.stringify(rotated));
    else if (process.stdout.isTTY)
      process.stdout.write(`\r\u001b[K${done} of ${total} owners${done === total ? "\n" : ""}`);
  };
}

function forgetCommand(time: Time): Command {
  return new Command("forget")
    .description(
      "give up owners whose keys are lost: what the keys sealed is erased at the next start, and their tags are nobody's",
    )
    .requiredOption(
      "--lost",
      "all owners whose keys the key ring lacks; nothing brings their data back after this",
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("keys forget --lost"))
    .action(async (flags: KeyFlags) => {
      const forgotten = await withOperatorStore(dataFiles(flags.data), time, async ({ store, keyRing }) => {
        const { missing } = await store.sealedOwners();
        for (const owner of missing) await keyRing.destroy(owner);
        return { owners: missing.length };
      });
      if (isFailure(forgotten)) reportFailure(forgotten);
      else if (flags.json === true) console.log(JSON.stringify(forgotten));
      else console.log(`owners given up: ${forgotten.owners}`);
    });
}

function listCommand(time: Time): Command {
  return new Command("list")
    .description("list the owners with a key: id and newest version")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("keys list", "keys list --json"))
    .action(async (flags: KeyFlags) => {
      const listed = await withOperatorStore(dataFiles(flags.data), time, async ({ keyRing }) => {
        for (const owner of (await keyRing.owners()).toSorted())
          print(owner as OwnerId, await keyRing.version(owner), flags);
        return {};
      });
      if (isFailure(listed)) reportFailure(listed);
    });
}

function print(owner: OwnerId, version: number | "unknown-owner", { json }: KeyFlags): void {
  if (version === "unknown-owner") return;
  if (json === true) console.log(JSON.stringify({ owner, version }));
  else console.log(`${owner.padEnd(36)}  version ${version}`);
}
