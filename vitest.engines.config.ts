import { defineConfig } from "vitest/config";

// Fetches and compiles another engine, so it is no part of `npm test`: npm run test:engines.
export default defineConfig({
  test: {
    name: "engines",
    include: ["device/conformance/**/*.engine.ts", "cli/e2e/**/*.engine.ts"],
    reporters: ["default", "./scripts/closing-line-reporter.ts"],
    testTimeout: 480_000,
    hookTimeout: 420_000,
    fileParallelism: false,
  },
});
