import { parseArgs } from "node:util";
import type { Attack, Outcome } from "./attack.ts";
import { CONNECTION_ATTACKS } from "./connection-attacks.ts";
import { AFTERWARDS, FOLDER_ATTACKS } from "./folder-attacks.ts";
import { LOGIN_ATTACKS } from "./login-attacks.ts";
import { REQUEST_ATTACKS } from "./request-attacks.ts";
import { TAG_ATTACKS } from "./tag-attacks.ts";
import { Target } from "./target.ts";
import { TOKEN_ATTACKS } from "./token-attacks.ts";

const HELP = `Usage: npm run attack -- [--json] [--only NAME]

Starts an installation of its own in a temporary folder, attacks it over loopback, and ends it.
Prints a line for each attack: "held" when nothing came of it, "BROKEN" when it succeeded.
Ends with 1 when an attack succeeded.

  --json       a line of JSON for each attack
  --only NAME  only attacks whose name begins so
  --help       this text
`;

const ATTACKS: readonly Attack[] = [
  ...TOKEN_ATTACKS,
  ...REQUEST_ATTACKS,
  ...LOGIN_ATTACKS,
  ...TAG_ATTACKS,
  ...FOLDER_ATTACKS,
  ...CONNECTION_ATTACKS,
  ...AFTERWARDS,
];

const { values } = parseArgs({
  options: { help: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string", default: "" } },
});

async function outcomeOf({ name, tried, run }: Attack, target: Target): Promise<Outcome> {
  const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  return run(target).then(
    (came) => ({ name, tried, held: true, came }),
    (error: unknown) => ({ name, tried, held: false, came: reason(error) }),
  );
}

function lineOf(outcome: Outcome): string {
  if (values.json === true) return JSON.stringify(outcome);
  return `${outcome.held ? "held  " : "BROKEN"} ${outcome.name}: ${outcome.tried}: ${outcome.came}`;
}

async function attackAll(attacks: readonly Attack[]): Promise<void> {
  const target = await Target.start();
  const interrupted = (): void => void target.end().then(() => process.exit(1));
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  try {
    for (const attack of attacks) {
      const outcome = await outcomeOf(attack, target);
      if (!outcome.held) process.exitCode = 1;
      console.log(lineOf(outcome));
    }
  } finally {
    await target.end();
  }
}

const chosen = ATTACKS.filter(({ name }) => name.startsWith(values.only));
if (values.help === true) console.log(HELP);
else if (chosen.length > 0) await attackAll(chosen);
else {
  console.error(`No attack's name begins with ${values.only}`);
  process.exitCode = 1;
}
