import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface AccountFlags {
  readonly data: string;
  readonly json?: true;
}

/** `purrimeter accounts`. */
export function accountsCommand(time: Time): Command {
  return new Command("accounts")
    .description("help accounts without a mail server; services may be running")
    .addCommand(verifyCommand(time))
    .addCommand(mailsCommand());
}

function mailsCommand(): Command {
  return new Command("mails")
    .description("print the messages that wait, sealed, because there is no mail server")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("accounts mails", "accounts mails --json | jq -r '.mails[-1].text'"))
    .action((flags: AccountFlags) => printMails(flags));
}

async function printMails({ data, json }: AccountFlags): Promise<void> {
  const { waitingMails } = await import("../data-folder/waiting-mails.ts");
  const found = await waitingMails(dataFiles(data));
  if (isFailure(found)) reportFailure(found);
  else if (json === true) console.log(JSON.stringify(found));
  else for (const { file, text } of found.mails) console.log(`${file}\n\n${text}\n`);
}

function verifyCommand(time: Time): Command {
  return new Command("verify")
    .description("print the link that verifies an account's mail address, as the mail brings it")
    .argument("<mail>", "the account's mail address")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples("accounts verify mia@example.org", "accounts verify mia@example.org --json | jq -r .token"),
    )
    .action((address: string, flags: AccountFlags) => verify(address, flags, time));
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function verify(address: string, flags: AccountFlags, time: Time): Promise<void> {
  const { verificationLink } = await import("../data-folder/verification-link.ts");
  const found = await verificationLink(dataFiles(flags.data), address, time);
  if (isFailure(found)) reportFailure(found);
  else console.log(flags.json === true ? JSON.stringify(found) : found.link);
}
