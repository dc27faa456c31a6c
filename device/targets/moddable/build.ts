// Checks the Moddable target against the SDK's types and bundles it, without the SDK: npm run build:moddable.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const compiler = path("../../../node_modules/typescript-native/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", path("tsconfig.json")], { stdio: "inherit" });

const outfile = path("../../build/moddable/main.js");
const result = await build({
  entryPoints: [path("main.ts")],
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minifySyntax: true,
  outfile,
  metafile: true,
  logLevel: "warning",
  // The SDK's own modules.
  external: ["embedded:*", "mc/config", "Resource", "time", "timer"],
});
const [output] = Object.values(result.metafile.outputs);
process.stdout.write(
  `device/build/moddable/main.js: ${output?.bytes} bytes of source; mcconfig compiles it\n`,
);
