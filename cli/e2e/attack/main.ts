import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Attack, Outcome } from "./attack.ts";
import { ATTACK_GROUPS } from "./attack-groups.ts";
import { Target } from "./target.ts";

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

type Named = Pick<Attack, "name" | "tried">;

const { values } = parseArgs({
  options: {
    help: { type: "boolean" },
    json: { type: "boolean" },
    only: { type: "string", default: "" },
    settings: { type: "string" },
    deadline: { type: "string", default: "600" },
  },
});

// Each command line would strip the types of all its modules anew.
const MODULES = join(import.meta.dirname, "..", "..", "..", "node_modules");
process.env["NODE_COMPILE_CACHE"] ??= join(MODULES, ".cache", "compiled-code");

const target = new Target();
const running = new Set<Named>();

/** Names what is under way until it is done; also when it failed, as that ends everything. */
async function named(what: Named, work: Promise<void>): Promise<void> {
  running.add(what);
  await work;
  running.delete(what);
}

/** Some errors of Node's have a stack alone. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || (error.stack ?? error.name) : String(error);

async function attack({ name, tried, run }: Attack): Promise<void> {
  print(
    await run(target).then(
      (came) => ({ name, tried, held: true, came }),
      (error: unknown) => ({ name, tried, held: false, came: reasonOf(error) }),
    ),
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
  for (const { name, tried } of running) print({ name, tried, held: false, came });
  target.kill();
  process.exit(1);
}

async function attackAll(groups: readonly (readonly Attack[])[], deadlineS: number): Promise<void> {
  const timer = setTimeout(() => abandon(`not ended ${deadlineS} s after the start`), deadlineS * 1_000);
  process.once("SIGINT", () => abandon("interrupted"));
  process.once("SIGTERM", () => abandon("interrupted"));
  process.once("uncaughtException", (error) => abandon(reasonOf(error)));
  try {
    await named({ name: "start", tried: "starting the installation" }, target.start(values.settings));
    for (const group of groups) await Promise.all(group.map((each) => named(each, attack(each))));
    await named({ name: "end", tried: "ending the installation" }, target.end());
  } catch (error) {
    abandon(reasonOf(error));
  }
  clearTimeout(timer);
}

const isChosen = ({ name }: Attack): boolean => name.startsWith(values.only);
const chosen = ATTACK_GROUPS.map((group) => group.filter(isChosen)).filter(({ length }) => length > 0);
if (values.help === true) console.log(HELP);
else if (chosen.length > 0) await attackAll(chosen, Number(values.deadline));
else {
  console.error(`No attack's name begins with ${values.only}`);
  process.exitCode = 1;
}
