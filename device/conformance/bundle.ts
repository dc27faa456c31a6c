import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** One script of the entry and all that it imports, without module syntax. */
export async function bundle(entry: URL, minify: boolean): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: "iife",
    target: "es2022",
    minify,
    write: false,
    legalComments: "none",
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}
