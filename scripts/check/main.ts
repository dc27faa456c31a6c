// npm run check: one line a rule, and what breaks it. `--house` leaves the tools out; `--write` mends ARCHITECTURE.md.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { parseArgs } from "node:util";
import { HOUSE } from "./house.ts";
import { withHouseSection } from "./house-section.ts";
import type { Project } from "./project.ts";
import { readProject } from "./read-project.ts";
import { RULES } from "./rules.ts";
import { runTools } from "./run-tools.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The longest first. */
const TOOLS = {
  "the linter finds nothing": ["npm", "run", "--silent", "check:lint"],
  "all files are formatted": ["npm", "run", "--silent", "check:format"],
  "no secret is in a file": ["npm", "run", "--silent", "check:secrets"],
  "the lockfile names npm's registry only": ["npm", "run", "--silent", "check:lockfile"],
  "the types fit": ["npm", "run", "--silent", "check:types"],
  "exports, files and dependencies are used": ["npm", "run", "--silent", "check:unused"],
  "house rules": [execPath, import.meta.filename, "--house"],
};

function write(project: Project): void {
  const text = withHouseSection(project, HOUSE);
  if (text === undefined) throw new Error("ARCHITECTURE.md has no place for the packages.");
  writeFileSync(join(ROOT, "ARCHITECTURE.md"), text);
}

function report(rule: string, isKept: boolean, lines: readonly string[]): void {
  console.log(`${isKept ? "ok  " : "FAIL"} ${rule}`);
  for (const line of lines) console.log(`     ${line}`);
  if (!isKept) process.exitCode = 1;
}

function checkHouse(project: Project): void {
  for (const [rule, breachesOf] of Object.entries(RULES)) {
    const breaches = breachesOf(project);
    report(
      rule,
      breaches.length === 0,
      breaches.map(({ where, what }) => `${where} ${what}`),
    );
  }
}

async function checkAll(): Promise<void> {
  await runTools(TOOLS, ROOT, ({ rule, isKept, output }) => {
    if (rule === "house rules") process.stdout.write(output);
    else report(rule, isKept, isKept ? [] : output.trimEnd().split("\n"));
    if (!isKept) process.exitCode = 1;
  });
}

const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({ options: { house: flag, write: flag } });
if (values.write) write(readProject(ROOT));
else if (values.house) checkHouse(readProject(ROOT));
else await checkAll();
