import type { Time } from "@purrimeter/service/time";
import { revoke } from "@purrimeter/certs/revoke";
import { isRefusal } from "@purrimeter/certs/refusal";
import { asTagId } from "@purrimeter/protocol/values";
import type { RegisteredTag, TagRegistry } from "@purrimeter/store/tag-registry";
import { Command } from "commander";
import type { AddedTag } from "../data-folder/add-tag.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import { orFailure } from "../data-folder/or-failure.ts";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { utcDate, utcSeconds } from "../terminal/utc.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";
import { provisionCommand } from "./provision.ts";

interface TagFlags {
  readonly data: string;
  readonly json?: true;
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function withRegistry<Result extends object>(
  files: DataFiles,
  time: Time,
  use: (registry: TagRegistry) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  return (await import("../data-folder/open-registry.ts")).withRegistry(files, time, use);
}

/** `purrimeter tags`. */
export function tagsCommand(time: Time): Command {
  return new Command("tags")
    .description("say which tags exist")
    .addCommand(addCommand(time))
    .addCommand(codeCommand(time))
    .addCommand(listCommand(time))
    .addCommand(provisionCommand(time))
    .addCommand(revokeCommand(time));
}

function addCommand(time: Time): Command {
  return new Command("add")
    .description("issue a tag's certificate and print the code with which its owner claims it, once")
    .argument("<id>", "1 to 32 of A-Z a-z 0-9 - _")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("tags add mimi", "tags add mimi --json | jq -r .claimCode"))
    .action(async (id: string, flags: TagFlags) => {
      const { addTag } = await import("../data-folder/add-tag.ts");
      const files = dataFiles(flags.data);
      const added = await withRegistry(files, time, (registry) => addTag(files, registry, id, time));
      if (isFailure(added)) reportFailure(added);
      else printAdded(added, flags);
    });
}

function printAdded(added: AddedTag, { json }: TagFlags): void {
  if (json === true) {
    console.log(JSON.stringify(added));
    return;
  }
  console.log(`tag         ${added.tag}`);
  console.log(`folder      ${added.folder}`);
  console.log(`claim code  ${added.claimCode} (shown only now)`);
  console.log(`print on it ${added.printedCode} (with it a finder can report the tag)`);
}

function codeCommand(time: Time): Command {
  return new Command("code")
    .description(
      "give a tag that no account has a new claim code, and print it, once; the former one is void",
    )
    .argument("<id>", "a tag that was given up, lost its code, or whose owner has no account any more")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("tags code mimi", "tags code mimi --json | jq -r .claimCode"))
    .action(async (id: string, flags: TagFlags) => {
      const { renewCode } = await import("../data-folder/renew-code.ts");
      const files = dataFiles(flags.data);
      const renewed = await withRegistry(files, time, (registry) => renewCode(files, registry, id, time));
      if (isFailure(renewed)) reportFailure(renewed);
      else if (flags.json === true) console.log(JSON.stringify(renewed));
      else console.log(`claim code  ${renewed.claimCode} (shown only now)`);
    });
}

function listCommand(time: Time): Command {
  return new Command("list")
    .description("list the tags: id, whether an owner has claimed it, since when it is known")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("tags list", "tags list --json"))
    .action(async (flags: TagFlags) => {
      const listed = await withRegistry(dataFiles(flags.data), time, async (registry) => ({
        tags: await registry.list(),
      }));
      if (isFailure(listed)) reportFailure(listed);
      else for (const tag of listed.tags) printTag(tag, flags);
    });
}

function printTag({ id, standing, registeredAt }: RegisteredTag, { json }: TagFlags): void {
  const since = new Date(registeredAt * 1000).toISOString();
  if (json === true) console.log(JSON.stringify({ id, standing, registeredAt: since }));
  else console.log(`${id.padEnd(32)}  ${standing.padEnd(9)}  ${since}`);
}

function revokeCommand(time: Time): Command {
  return new Command("revoke")
    .description("refuse a tag from now on, with all its certificates; its locations stay with its owner")
    .argument("<id>", "the tag")
    .addOption(dataOption())
    .addHelpText("after", examples("tags revoke mimi"))
    .action(async (id: string, flags: TagFlags) => {
      const files = dataFiles(flags.data);
      const revoked = await withRegistry(files, time, (registry) => revokeTag(files, registry, id, time));
      if (isFailure(revoked)) reportFailure(revoked);
      else console.log(`revoked ${id}`);
    });
}

async function revokeTag(
  files: DataFiles,
  registry: TagRegistry,
  id: string,
  time: Time,
): Promise<{ readonly tag: string } | Failure> {
  const tag = asTagId(id);
  if (tag === undefined || !(await registry.list()).some((known) => known.id === tag))
    return failed(`no tag ${id} is known; "purrimeter tags list" shows those that are`);
  const recorded = await recordInFolder(files, time, "tag.revoked", tag);
  if (isFailure(recorded)) return recorded;
  await registry.revoke(tag, utcSeconds(time));
  const certificates = revoke(files.authority, tag, utcDate(time));
  if (isRefusal(certificates) && certificates.refused === "already-revoked") return { tag };
  const revoked = orFailure(certificates);
  return isFailure(revoked) ? revoked : { tag };
}
