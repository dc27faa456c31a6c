import { build, type Metafile, type Plugin } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The SDK's own modules. */
const SDK = ["embedded:*", "mc/config", "Resource", "time", "timer"];

/** main.js only starts what tag.js has: only tag.js is preloaded, and preloading runs a module on the host. */
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

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/**
 * Writes `main.js` and `tag.js`, which mcconfig compiles, into the folder. `builtAtS`: as in FirmwareOptions. Returns
 * the contents of each.
 */
export async function bundleBoard(folder: string, builtAtS: number): Promise<readonly Metafile[]> {
  const tag = `${folder}/tag.js`;
  const bundles = [
    await build({ ...options, external: SDK, entryPoints: [path("../board.ts")], outfile: tag }),
    await build({
      ...options,
      plugins: [preloaded],
      define: { BUILT_AT_S: String(builtAtS) },
      entryPoints: [path("../main.ts")],
      outfile: `${folder}/main.js`,
    }),
  ];
  restoreConstants(tag);
  return bundles.map(({ metafile }) => metafile);
}

/** esbuild makes variables of a bundle's constants; XS keeps constants in flash, and a slot of memory for each variable. */
function restoreConstants(name: string): void {
  const source = readFileSync(name, "utf8");
  writeFileSync(name, source.replace(/^var (?=[\w$]+ = )/gmu, "const "));
}
