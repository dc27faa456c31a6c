// Builds the programs of Espruino boards into device/build/espruino/ and prints their sizes: npm run build:espruino.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildDateS } from "../../build-date.ts";
import { pretokenise } from "./pretokenise.ts";
import { PUBLIC_NAMES } from "./public-names.ts";
import { transpileForEspruino, type TranspileOptions, type Transpiled } from "./transpile.ts";
import { measureVariables } from "./variables.ts";

/** Size of a variable on a board with 12,000 of them, as Bangle.js 2 (docs/boards.md). */
const VARIABLE_BYTES = 14;
const BOARD_VARIABLES = 12_000;

/** What is built. The limit in Storage catches a firmware that grows unnoticed. */
const PROGRAMS = [
  {
    name: "purrimeter",
    entry: "espruino/purrimeter",
    what: "the core, a module",
    names: PUBLIC_NAMES,
    limitBytes: 38_000,
  },
  {
    name: "bangle",
    entry: "bangle2/bangle",
    what: "the program of a Bangle.js 2",
    names: [],
    limitBytes: 43_000,
  },
  {
    name: "esp32s3",
    entry: "t-sim7080g-espruino/esp32s3",
    what: "the program of a T-SIM7080G-S3",
    names: [],
    limitBytes: 52_000,
  },
] as const;

/** Groups of the table of sources; a source belongs to the first pattern that matches. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ["geofences and sides", /core\/geofence\//],
  ["receiver: NMEA, filter, time", /core\/nmea\//],
  ["journal and its flash", /core\/(?:journal|flash)\/|storage-flash/],
  ["sending: queue and radio", /core\/(?:uplink\/(?:uplink-queue|radio|back-off)|random)/],
  ["modem: AT commands, MQTT", /drivers\/sim7080g\//],
  ["link to the gateway", /ble-link|link-uplink|slip-text|session-numbers|espruino-cipher|hex-bytes/],
  ["messages: CBOR, report, settings", /protocol\/src\//],
  ["the rest: firmware, pace, settings, board", /./],
];

const builtAtS = buildDateS(process.env["SOURCE_DATE_EPOCH"], import.meta.dirname);
if (typeof builtAtS === "string") throw new Error(builtAtS);
const setDate = { builtAtS };

const folder = fileURLToPath(new URL("../../../build/espruino/", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const figure = (bytes: number, what: string): void => say(`${String(bytes).padStart(8)}  ${what}`);

async function transpile(entry: string, options: TranspileOptions): Promise<Transpiled> {
  return transpileForEspruino(new URL(`../../${entry}.ts`, import.meta.url), { ...setDate, ...options });
}

function tokenised(name: string, code: string): number {
  writeFileSync(`${folder}${name}.min.js`, code);
  pretokenise(`${folder}${name}.min.js`, `${folder}${name}.js`);
  return statSync(`${folder}${name}.js`).size;
}

/** Prints what each step saves, and what the rest consists of. */
async function explain(entry: string, names: readonly string[], built: Transpiled): Promise<void> {
  for (const all of ["names", "words"] as const) {
    const { code } = await transpile(entry, { names, all });
    figure(code.length, all === "names" ? "minified, names and words whole" : "names of properties short");
  }
  figure(built.code.length, "words of our own states short, errors without texts");
  const groups = new Map<string, number>(GROUPS.map(([group]) => [group, 0]));
  for (const [path, bytes] of built.sources) {
    const [group = ""] = GROUPS.find(([, pattern]) => pattern.test(path)) ?? [];
    groups.set(group, (groups.get(group) ?? 0) + bytes);
  }
  const sum = [...built.sources.values()].reduce((all, bytes) => all + bytes, 0);
  for (const [group, bytes] of groups)
    if (bytes > 0) say(`${((bytes / sum) * 100).toFixed(0).padStart(7)} %  ${group}`);
}

mkdirSync(folder, { recursive: true });
for (const { name, entry, what, names, limitBytes } of PROGRAMS) {
  say(`${name}.js, ${what}; no syntax that Espruino lacks`);
  const built = await transpile(entry, { names });
  await explain(entry, names, built);
  const bytes = tokenised(name, built.code);
  figure(bytes, `bytes pretokenised for Storage, of ${limitBytes} allowed`);
  figure(
    Math.ceil(bytes / VARIABLE_BYTES),
    `variables of ${BOARD_VARIABLES}, were it held in RAM (computed)`,
  );
  if (bytes <= limitBytes) continue;
  say(`too large by ${bytes - limitBytes} bytes`);
  process.exitCode = 1;
}

const espruino = process.env["ESPRUINO"];
if (espruino === undefined) {
  say("variables at run time: skipped: ESPRUINO is not set");
} else {
  const { code: module } = await transpile("espruino/purrimeter", { names: PUBLIC_NAMES });
  const { code, state } = measureVariables(espruino, module);
  say(`variables, the core's code in RAM: ${code}; state of a firmware that runs: ${state} (measured)`);
}
