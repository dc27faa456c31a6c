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
// Imported only now, so that an older Node has not read it.
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- a module that is imported by its URL has no type
const { main } = await import(new URL("../src/main.ts", import.meta.url).href);
// eslint-disable-next-line @typescript-eslint/no-unsafe-call -- the same
await main(process.argv.slice(2));
