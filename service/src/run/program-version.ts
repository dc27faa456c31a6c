import { readFileSync } from "node:fs";

/** Version of this purrimeter, as its package says it. */
export function programVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
