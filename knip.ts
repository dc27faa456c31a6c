import type { KnipConfig } from "knip";

/** What starts by its path: by a person, by npm, by another process, or bundled for another engine. */
const config: KnipConfig = {
  includeEntryExports: true,
  treatConfigHintsAsErrors: true,
  // Of the system: openssl checks certificates from outside, a full disk is a mounted one, faketime sets tests' time.
  // purrimeter is cli's own.
  // Typed by @types, as its alias is: its own package.json hides its types. .secretlintrc.json names the preset.
  ignoreDependencies: ["@types/better-sqlite3", "@secretlint/secretlint-rule-preset-recommend"],
  ignoreBinaries: ["openssl", "mount", "umount", "faketime", "purrimeter"],
  workspaces: {
    ".": {
      entry: ["scripts/{make-leaked-passwords,write-vectors}.ts", "scripts/check/main.ts"],
      project: ["*.{ts,mjs}", "scripts/**/*.{ts,mjs}"],
    },
    audit: { entry: ["verify-proof.mjs"], project: ["src/**/*.ts", "*.mjs"] },
    database: { entry: ["src/check-pages-process.ts"], project: ["src/**/*.ts"] },
    bench: {
      entry: [
        "src/main.ts",
        "src/cloud/{bare-tls-peer,ingest-load,live-server,read-server,verification}.ts",
        "src/energy/doc-table.ts",
        "src/fences/{doc-tables,draw-fences,expected-errors,fit-receiver}.ts",
      ],
      project: ["src/**/*.ts"],
    },
    cli: {
      entry: ["e2e/*.engine.ts", "e2e/attack/main.ts", "e2e/dast/main.ts", "e2e/hand-clock-on.ts"],
      project: ["src/**/*.ts", "e2e/**/*.ts", "bin/*.js"],
    },
    device: {
      entry: [
        "boards/node/main.ts",
        "boards/espruino/purrimeter.ts",
        "boards/espruino/build/main.ts",
        "boards/bangle2/{bangle,testing/slip-entry}.ts",
        "boards/t-sim7080g-moddable/{main,board,build/main}.ts",
        "conformance/{record-golden,xs-worker}.ts",
        "conformance/*.engine.ts",
        "conformance/scenarios/{engine,steady}-entry.ts",
        "drivers/sim7080g/testing/engine-entry.ts",
      ],
      project: ["{core,drivers,boards,conformance}/**/*.ts"],
      // Modules of Moddable's SDK, whose types @moddable/typings has.
      ignoreDependencies: ["embedded", "mc", "Resource", "time", "timer", "@moddable/typings"],
    },
    simulator: { entry: ["src/fit/cat-fit.ts"], project: ["src/**/*.ts"] },
    store: {
      entry: [
        "src/testing/crash-writer.ts",
        "src/testing/crash-retention.ts",
        "src/testing/history-crash-writer.ts",
      ],
      project: ["src/**/*.ts"],
    },
    "*": { project: ["src/**/*.ts"] },
  },
};

export default config;
