#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must be able to read this file to say that it is too old.
const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(
    `purrimeter needs Node 24 or newer, and this is Node ${process.versions.node}. ` +
      `Run it as "npx purrimeter", which brings its own Node on Linux, or install Node 24.\n`,
  );
  process.exit(1);
}
const { main } = await import(new URL("../src/main.ts", import.meta.url).href);
await main(process.argv.slice(2));
