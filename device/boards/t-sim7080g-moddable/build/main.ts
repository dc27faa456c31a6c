// Checks the Moddable target against the SDK's types and bundles it, without the SDK: npm run build:moddable.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildDateS } from "../../build-date.ts";
import { bundleBoard } from "./bundle-board.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const builtAtS = buildDateS(process.env["SOURCE_DATE_EPOCH"], import.meta.dirname);
if (typeof builtAtS === "string") throw new Error(builtAtS);

const compiler = path("../../../../node_modules/typescript-native/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", path("../tsconfig.json")], { stdio: "inherit" });

for (const { outputs } of await bundleBoard(path("../../../build/moddable"), builtAtS))
  for (const [name, { bytes }] of Object.entries(outputs))
    process.stdout.write(`${name}: ${bytes} bytes of source; mcconfig compiles it\n`);
