import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "0.1.67";
const CACHE = fileURLToPath(new URL(`../../../../node_modules/.cache/espruino-${VERSION}`, import.meta.url));

function cli(): string {
  const program = join(CACHE, "node_modules/espruino/bin/espruino-cli.js");
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const options = [
    "--omit=optional",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--silent",
    "--prefix",
    CACHE,
  ];
  execFileSync("npm", ["install", ...options, `espruino@${VERSION}`], { cwd: CACHE });
  return program;
}

/** Writes the script with its keywords as single bytes, as Espruino stores it. Fetches Espruino's tool once. */
export function pretokenise(script: string, into: string): void {
  const options = ["-n", "--board", "BANGLEJS2", "--config", "PRETOKENISE=1", "-o", into, script];
  // It asks the network for the board's description, and continues without.
  execFileSync(process.execPath, [cli(), ...options], { stdio: "ignore", timeout: 120_000 });
}
