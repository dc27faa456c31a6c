// Builds the Espruino module, device/build/espruino/purrimeter.js, and says what it costs: npm run build:espruino.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pretokenise } from "./pretokenise.ts";
import { PUBLIC_NAMES } from "./public-names.ts";
import { transpileForEspruino } from "./transpile.ts";
import { measureVariables } from "./variables.ts";

/** A variable of a board with 12,000 of them, as Bangle.js 2 (docs/boards.md). */
const VARIABLE_BYTES = 14;
const BOARD_VARIABLES = 12_000;

/** More than this in Storage is a firmware that has grown without anybody deciding it. */
const LIMIT_BYTES = 44_000;

const folder = fileURLToPath(new URL("../../../build/espruino/", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

mkdirSync(folder, { recursive: true });
const module = await transpileForEspruino(new URL("../purrimeter.ts", import.meta.url), PUBLIC_NAMES);
writeFileSync(`${folder}purrimeter.min.js`, module);
say(`minified: ${module.length} bytes; no syntax that Espruino lacks`);

pretokenise(`${folder}purrimeter.min.js`, `${folder}purrimeter.js`);
const { size } = statSync(`${folder}purrimeter.js`);
say(`pretokenised for Storage: ${size} bytes of ${LIMIT_BYTES} allowed`);
say(`if it were held in RAM: ${Math.ceil(size / VARIABLE_BYTES)} of ${BOARD_VARIABLES} variables (computed)`);
if (size > LIMIT_BYTES) {
  say(`too large by ${size - LIMIT_BYTES} bytes`);
  process.exitCode = 1;
}

const espruino = process.env["ESPRUINO"];
if (espruino === undefined) {
  say("variables at run time: skipped: ESPRUINO is not set");
} else {
  const { code, state } = measureVariables(espruino, module);
  say(`variables, code in RAM: ${code}; state of a firmware that runs: ${state} (measured)`);
}
