// Checks the Moddable target against the SDK's types and bundles it, without the SDK: npm run build:moddable.
import { build, type Plugin } from "esbuild";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const compiler = path("../../../node_modules/typescript-native/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", path("tsconfig.json")], { stdio: "inherit" });

/** The SDK's own modules. */
const SDK = ["embedded:*", "mc/config", "Resource", "time", "timer"];

/** main.js does nothing but start what tag.js has: only tag.js is preloaded, and preloading runs a module on the host. */
const preloaded: Plugin = {
  name: "preloaded",
  setup: (plugins) => {
    plugins.onResolve({ filter: /^\.\/board\.ts$/ }, ({ kind }) =>
      kind === "import-statement" ? { path: "tag", external: true } : undefined,
    );
  },
};

const options = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minifySyntax: true,
  metafile: true,
  logLevel: "warning",
} as const;

const out = (name: string): string => path(`../../build/moddable/${name}.js`);
const bundles = [
  await build({ ...options, external: SDK, entryPoints: [path("board.ts")], outfile: out("tag") }),
  await build({ ...options, plugins: [preloaded], entryPoints: [path("main.ts")], outfile: out("main") }),
];
/** esbuild makes variables of a bundle's constants; XS keeps constants in flash, and a slot of memory for each variable. */
function restoreConstants(name: string): void {
  const source = readFileSync(name, "utf8");
  writeFileSync(name, source.replace(/^var (?=[\w$]+ = )/gmu, "const "));
}

restoreConstants(out("tag"));
for (const { metafile } of bundles)
  for (const [name, { bytes }] of Object.entries(metafile.outputs))
    process.stdout.write(`${name}: ${bytes} bytes of source; mcconfig compiles it\n`);
