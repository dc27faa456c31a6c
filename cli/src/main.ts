import { systemTime } from "@purrimeter/service/system-time";
import type { Time } from "@purrimeter/service/time";
import { Command, CommanderError } from "commander";
import { accountsCommand } from "./commands/accounts.ts";
import { auditCommand } from "./commands/audit.ts";
import { certsCommand } from "./commands/certs.ts";
import { checkCommand } from "./commands/check.ts";
import { configCommand } from "./commands/config.ts";
import { demoCommand } from "./commands/demo.ts";
import { backupCommand } from "./commands/backup.ts";
import { bleGatewayCommand } from "./commands/ble-gateway.ts";
import { importCommand } from "./commands/import.ts";
import { keysCommand } from "./commands/keys.ts";
import { lookCommand } from "./commands/look.ts";
import { replayCommand } from "./commands/replay.ts";
import { restoreCommand } from "./commands/restore.ts";
import { rolesCommand } from "./commands/roles.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { startCommand } from "./commands/start.ts";
import { tagsCommand } from "./commands/tags.ts";
import { reportFailure, systemFailure } from "./terminal/failure.ts";
import { examples } from "./terminal/options.ts";
import { programVersion } from "@purrimeter/service/program-version";

/** One function for each command, in the order of the help. */
const COMMANDS: readonly ((time: Time) => Command)[] = [
  demoCommand,
  lookCommand,
  startCommand,
  configCommand,
  simulateCommand,
  replayCommand,
  tagsCommand,
  bleGatewayCommand,
  certsCommand,
  keysCommand,
  accountsCommand,
  rolesCommand,
  auditCommand,
  checkCommand,
  backupCommand,
  restoreCommand,
  importCommand,
];

const USAGE_ERROR = 2;

/** Runs the command line `argv` (without node and script). Sets the exit code: 0 done, 1 failed, 2 not understood. */
export async function main(argv: readonly string[], time: Time = systemTime): Promise<void> {
  try {
    await program(time).parseAsync(argv, { from: "user" });
  } catch (error) {
    const failure = systemFailure(error);
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
    else if (failure !== undefined) reportFailure(failure);
    else throw error;
  }
}

function program(time: Time): Command {
  const all = new Command("purrimeter")
    .description(
      "GPS tags for cats that decide their own geofences, and a cloud that only the owner can read",
    )
    .version(programVersion(), "--version", "print the version")
    .helpCommand(false)
    .addHelpText("after", examples("demo", "start", "tags add mimi", "certs list", "start --help"));
  for (const command of COMMANDS) all.addCommand(command(time));
  everyCommand(all, (command) => command.exitOverride().showHelpAfterError("(--help shows how)"));
  return all;
}

function everyCommand(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const child of command.commands) everyCommand(child, change);
}
