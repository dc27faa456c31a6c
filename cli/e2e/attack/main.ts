import { parseArgs } from "node:util";
import type { Attack, Outcome } from "./attack.ts";
import { CERTIFICATE_ATTACKS } from "./certificate-attacks.ts";
import { CONNECTION_ATTACKS } from "./connection-attacks.ts";
import { AFTERWARDS, FOLDER_ATTACKS } from "./folder-attacks.ts";
import { GUESSING_ATTACKS } from "./guessing-attacks.ts";
import { LOGIN_ATTACKS } from "./login-attacks.ts";
import { QUOTA_ATTACKS } from "./quota-attacks.ts";
import { REQUEST_ATTACKS } from "./request-attacks.ts";
import { TAG_ATTACKS } from "./tag-attacks.ts";
import { Target } from "./target.ts";
import { TOKEN_ATTACKS } from "./token-attacks.ts";

const HELP = `Usage: npm run attack -- [--json] [--only NAME] [--settings JSON] [--deadline S]

Starts an installation of its own in a temporary folder, attacks it over loopback, and ends it.
Prints a line for each attack: "held" when nothing came of it, "BROKEN" when it succeeded.
Ends with 1 when an attack succeeded or did not end.

  --json           a line of JSON for each attack
  --only NAME      only attacks whose name begins so
  --settings JSON  config.json of the installation, to see an attack succeed
  --deadline S     seconds after which everything is ended; 600 unless given
  --help           this text
`;

const ATTACKS: readonly Attack[] = [
  ...TOKEN_ATTACKS,
  ...REQUEST_ATTACKS,
  ...LOGIN_ATTACKS,
  ...GUESSING_ATTACKS,
  ...TAG_ATTACKS,
  ...QUOTA_ATTACKS,
  ...CERTIFICATE_ATTACKS,
  ...FOLDER_ATTACKS,
  ...CONNECTION_ATTACKS,
  ...AFTERWARDS,
];

const { values } = parseArgs({
  options: {
    help: { type: "boolean" },
    json: { type: "boolean" },
    only: { type: "string", default: "" },
    settings: { type: "string" },
    deadline: { type: "string", default: "600" },
  },
});

const target = new Target();
let current: Pick<Attack, "name" | "tried"> = { name: "start", tried: "starting the installation" };

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function outcomeOf({ name, tried, run }: Attack): Promise<Outcome> {
  return run(target).then(
    (came) => ({ name, tried, held: true, came }),
    (error: unknown) => ({ name, tried, held: false, came: reasonOf(error) }),
  );
}

function print(outcome: Outcome): void {
  if (!outcome.held) process.exitCode = 1;
  const said = outcome.held ? "held  " : "BROKEN";
  const line = `${said} ${outcome.name}: ${outcome.tried}: ${outcome.came}`;
  console.log(values.json === true ? JSON.stringify(outcome) : line);
}

/** Ends everything whatever is under way: what comes of it is not waited for. */
function abandon(came: string): void {
  print({ ...current, held: false, came });
  target.kill();
  process.exit(1);
}

async function attackAll(attacks: readonly Attack[], deadlineS: number): Promise<void> {
  const timer = setTimeout(() => abandon(`not ended ${deadlineS} s after the start`), deadlineS * 1_000);
  process.once("SIGINT", () => abandon("interrupted"));
  process.once("SIGTERM", () => abandon("interrupted"));
  process.once("uncaughtException", (error) => abandon(reasonOf(error)));
  try {
    await target.start(values.settings);
    for (const attack of attacks) {
      current = attack;
      print(await outcomeOf(attack));
    }
    current = { name: "end", tried: "ending the installation" };
    await target.end();
  } catch (error) {
    abandon(reasonOf(error));
  }
  clearTimeout(timer);
}

const chosen = ATTACKS.filter(({ name }) => name.startsWith(values.only));
if (values.help === true) console.log(HELP);
else if (chosen.length > 0) await attackAll(chosen, Number(values.deadline));
else {
  console.error(`No attack's name begins with ${values.only}`);
  process.exitCode = 1;
}
