import { defineConfig } from "vitest/config";

const fast = { exclude: ["**/node_modules/**", "**/*.slow.test.ts"], include: ["**/*.test.ts"] };
const slow = { exclude: ["**/node_modules/**"], include: ["**/*.slow.test.ts"] };

// "fast" is what people run all day; "slow" holds long fuzzing, killed processes and full disks.
export default defineConfig({
  test: {
    reporters: ["default", "./scripts/closing-line-reporter.ts"],
    projects: [
      { test: { ...fast, name: "fast", testTimeout: 20_000, hookTimeout: 60_000 } },
      { test: { ...slow, name: "slow", testTimeout: 300_000, hookTimeout: 120_000 } },
    ],
  },
});
