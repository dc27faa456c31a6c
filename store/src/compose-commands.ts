import type { Database } from "@purrimeter/database/open-database";
import { GivenCommands, type GivenCommandsParts } from "./commands/given-commands.ts";
import { prepareCommands } from "./commands/command-statements.ts";
import { prepareLost } from "./lost/lost-statements.ts";
import { OwnedLostModes, type OwnedLostModesParts } from "./lost/owned-lost-modes.ts";

/** What tells tags something: commands, and lost mode. */
export function composeCommands(
  database: Database,
  parts: Omit<GivenCommandsParts, "statements"> & Omit<OwnedLostModesParts, "statements">,
): { readonly commands: GivenCommands; readonly lostModes: OwnedLostModes } {
  return {
    commands: new GivenCommands({ ...parts, statements: prepareCommands(database) }),
    lostModes: new OwnedLostModes({ ...parts, statements: prepareLost(database) }),
  };
}
