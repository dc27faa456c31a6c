import type { Time } from "@purrimeter/service/time";
import { Argument, Command } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface RoleFlags {
  readonly data: string;
  readonly all?: true;
  readonly json?: true;
}

const ROLES = ["owner", "operator", "auditor"] as const;
type AccountRole = (typeof ROLES)[number];

/** `purrimeter roles`. */
export function rolesCommand(time: Time): Command {
  return new Command("roles")
    .description("say which accounts run or examine the service; services may be running")
    .addCommand(listCommand(time))
    .addCommand(setCommand(time));
}

function listCommand(time: Time): Command {
  return new Command("list")
    .description("list the accounts that are more than owners: mail address and roles")
    .option("--all", "all accounts")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("roles list", "roles list --all --json"))
    .action((flags: RoleFlags) => list(flags, time));
}

async function list(flags: RoleFlags, time: Time): Promise<void> {
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const listed = await withAccounts(dataFiles(flags.data), time, async ({ accounts }) => ({
    accounts: await accounts.list(),
  }));
  if (isFailure(listed)) {
    reportFailure(listed);
    return;
  }
  for (const { mail, roles } of listed.accounts) {
    if (flags.all !== true && roles.every((role) => role === "owner")) continue;
    if (flags.json === true) console.log(JSON.stringify({ email: mail, roles }));
    else console.log(`${mail}  ${roles.join(" ")}`);
  }
}

function setCommand(time: Time): Command {
  return new Command("set")
    .description(
      "give an account these roles and no others, and end its sessions; operators and auditors need a second factor",
    )
    .argument("<mail>", "the account's mail address")
    .addArgument(new Argument("<roles...>", "its roles").choices(ROLES))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples("roles set ada@example.org owner auditor", "roles set ada@example.org owner"),
    )
    .action((address: string, roles: readonly AccountRole[], flags: RoleFlags) =>
      set(address, roles, flags, time),
    );
}

async function set(
  address: string,
  roles: readonly AccountRole[],
  flags: RoleFlags,
  time: Time,
): Promise<void> {
  const changed = await change(address, [...new Set(roles)], flags, time);
  if (isFailure(changed)) reportFailure(changed);
  else if (flags.json === true) console.log(JSON.stringify(changed));
  else console.log(`${changed.email} is ${changed.roles.join(", ")} from now on and has to log in again`);
}

async function change(
  address: string,
  roles: readonly AccountRole[],
  { data }: RoleFlags,
  time: Time,
): Promise<{ readonly email: string; readonly roles: readonly AccountRole[] } | Failure> {
  const { asMailAddress } = await import("@purrimeter/auth-api/mail-address");
  const { changeRoles } = await import("@purrimeter/auth/change-roles");
  const { withAccounts } = await import("../data-folder/open-accounts.ts");
  const mail = asMailAddress(address);
  if (mail === undefined) return failed(`${address} is no mail address`);
  return withAccounts(dataFiles(data), time, async (opened) => {
    switch (await changeRoles(opened, mail, roles)) {
      case "changed":
        return { email: mail, roles };
      case "no-account":
        return failed(`${mail} has no account`);
      case "no-second-factor":
        return failed(`${mail} has no second factor, which operators and auditors need`);
      case "no-trail":
        return failed("the audit trail cannot be written, so no role was changed; see the message above");
    }
  });
}
