import type { TrailFault, VerifiedTrail } from "@purrimeter/audit/verify-trail";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { readFileSync } from "node:fs";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { TREES, type TreeName } from "../data-folder/with-trails.ts";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface VerifyFlags {
  readonly data: string;
  readonly json?: true;
  readonly checkpoint?: string;
}

interface ProveFlags {
  readonly data: string;
  readonly tree: TreeName;
}

/** What a broken trail says, by its fault. */
const FAULTS: Readonly<Record<TrailFault, (at: number) => string>> = {
  changed: (at) => `row ${at} or its hash was changed`,
  forged: (at) => `row ${at} was not written with the audit key`,
  missing: (at) => `rows before row ${at} were taken out`,
  "end-missing": (at) => `row ${at} and later ones, which were written, were taken out`,
  "content-missing": (at) => `what row ${at} said was deleted, although it was not too old`,
  "not-as-signed": (at) => `the first ${at} rows are not those that were signed: the trail was written anew`,
  "rolled-back": (at) =>
    `row ${at} and later ones were signed and are missing: they were taken out, or the database is an older copy`,
  "unsigned-checkpoint": () => "a checkpoint was changed or is not signed with the audit key",
  "earlier-chain-broken": (at) =>
    `the chain of the earlier version was broken when it was taken over, see row ${at}`,
};

/** `purrimeter audit`. */
export function auditCommand(): Command {
  return new Command("audit")
    .description("who did what to accounts and tags, as trees of hashes")
    .addCommand(verifyCommand())
    .addCommand(proveCommand());
}

function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "prove that no row was changed, taken out or added by others; prints rows and root of each tree",
    )
    .addOption(
      new Option(
        "--checkpoint <file>",
        "checkpoints that were kept elsewhere; the trees must contain theirs",
      ),
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "audit verify",
        "audit verify --json | jq .trails.accounts.root",
        "audit verify --checkpoint FILE",
      ),
    )
    .action(verify);
}

function proveCommand(): Command {
  return new Command("prove")
    .description(
      "print a proof that a row is in the signed tree; node audit/verify-proof.mjs FILE verifies it",
    )
    .addArgument(new Argument("<row>", "number of the row, from 1").argParser(rowNumber))
    .addOption(new Option("--tree <name>", "which trail").choices(TREES).default("accounts"))
    .addOption(dataOption())
    .addHelpText("after", examples("audit prove 12 > proof.json"))
    .action(prove);
}

function rowNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("a row's number is a whole number from 1");
}

/** Loaded when it is needed: a database engine is much for a help text. */
async function verify({ data, json, checkpoint }: VerifyFlags): Promise<void> {
  const kept = checkpoint === undefined ? "" : readKept(checkpoint);
  if (typeof kept !== "string") {
    reportFailure(kept);
    return;
  }
  const trails: Partial<Record<TreeName, VerifiedTrail>> = {};
  for (const tree of TREES) {
    const verified = await verifyOne(dataFiles(data), tree, kept);
    if (isFailure(verified)) {
      reportFailure(verified);
      return;
    }
    trails[tree] = verified;
  }
  report(trails, json === true);
}

function readKept(path: string): string | Failure {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return failed(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown fault"})`);
  }
}

async function verifyOne(files: DataFiles, tree: TreeName, text: string): Promise<VerifiedTrail | Failure> {
  const { withTrail } = await import("../data-folder/with-trails.ts");
  const { readCheckpoints } = await import("@purrimeter/audit/checkpoint-file");
  const { verifyTrail } = await import("@purrimeter/audit/verify-trail");
  return withTrail(files, tree, ({ trail, keys, own }) => {
    const kept = readCheckpoints(text, keys.verifying);
    if (text !== "" && kept.checkpoints.length + kept.unsigned === 0)
      return failed("the file given with --checkpoint holds no checkpoint");
    return verifyTrail({ trail, keys, own, kept });
  });
}

function report(trails: Partial<Record<TreeName, VerifiedTrail>>, isJson: boolean): void {
  const all = Object.entries(trails);
  const intact = all.every(([, trail]) => trail.intact);
  if (isJson) console.log(JSON.stringify({ intact, ...accountsOf(trails), trails }));
  for (const [tree, trail] of all) {
    if (!trail.intact)
      reportFailure(failed(`the trail of ${tree} is broken: ${FAULTS[trail.fault](trail.brokenAt)}`));
    else if (!isJson)
      console.log(`${tree}: ${trail.rows} rows, intact; ${trail.signed} of them signed; root ${trail.root}`);
  }
}

/** What scripts of earlier versions read: the accounts' trail alone. */
function accountsOf({ accounts }: Partial<Record<TreeName, VerifiedTrail>>): object {
  if (accounts?.intact !== true) return {};
  return { events: accounts.rows, head: Buffer.from(accounts.root, "base64").toString("hex") };
}

async function prove(row: number, { data, tree }: ProveFlags): Promise<void> {
  const { withTrail } = await import("../data-folder/with-trails.ts");
  const { proveRow } = await import("@purrimeter/audit/prove-row");
  const proof = await withTrail(dataFiles(data), tree, (opened) => {
    const proved = proveRow(opened, row);
    return proved === "no-such-row" ? failed(`the trail of ${tree} has no row ${row}`) : proved;
  });
  if (isFailure(proof)) reportFailure(proof);
  else console.log(JSON.stringify(proof, undefined, 2));
}
