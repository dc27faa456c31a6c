import { join } from "node:path";
import { defineConfig } from "vitest/config";

declare module "vitest" {
  interface ProvidedContext {
    /** How many times as long as in CI a long test runs. */
    testTimes: number;
  }
}

/** `npm run test:night` sets it. */
const testTimes = Math.max(1, Math.floor(Number(process.env["TEST_TIMES"] ?? "1")) || 1);

// For the processes that tests start, each of which strips the types of all its modules anew without it.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "compiled-code") };

/** Against hanging, not for slow machines. */
const poll = { timeout: 30_000 };

const fast = { exclude: ["**/node_modules/**", "**/*.slow.test.ts"], include: ["**/*.test.ts"] };
// Needs a Vault or OpenBao that runs: see the top of that file.
const withoutVault = process.env["VAULT_ADDR"] === undefined ? ["**/real-vault.slow.test.ts"] : [];
const slow = { exclude: ["**/node_modules/**", ...withoutVault], include: ["**/*.slow.test.ts"] };

const engines = {
  include: ["device/conformance/**/*.engine.ts", "cli/e2e/**/*.engine.ts"],
  // One at a time, after the others: an engine that shares its core takes longer than its test may.
  fileParallelism: false,
};

// "fast" is what people run all day; "slow" holds long fuzzing, killed processes and full disks; "engines" fetches and
// compiles the other engines, and runs the firmware on them.
export default defineConfig({
  test: {
    // Much of the time is waiting for processes and sockets, so no core is kept free as vitest does by itself.
    maxWorkers: "100%",
    provide: { testTimes },
    reporters: ["default", "./scripts/closing-line-reporter.ts"],
    projects: [
      // One module graph for all files of a worker: half of the time would go into importing the same again.
      {
        test: {
          ...fast,
          env,
          name: "fast",
          isolate: false,
          testTimeout: 40_000,
          hookTimeout: 60_000,
          expect: { poll },
        },
      },
      {
        test: {
          ...slow,
          env,
          name: "slow",
          testTimeout: 300_000 * testTimes,
          hookTimeout: 120_000,
          expect: { poll },
        },
      },
      { test: { ...engines, name: "engines", testTimeout: 480_000, hookTimeout: 420_000 } },
    ],
  },
});
