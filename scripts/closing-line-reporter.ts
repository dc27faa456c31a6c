import { appendFileSync, readFileSync } from "node:fs";
import { env } from "node:process";
import type { Reporter, TestModule } from "vitest/node";
import { closingLine, countTests } from "./test-counts.ts";

/**
 * Ends every run with one line that a script can read: `N passed, N failed, N skipped`. Runs that are handed one file
 * in the environment's TEST_COUNTS add their counts to it, and the line is the sum.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = env["TEST_COUNTS"];
    let counts = `${JSON.stringify(countTests(modules))}\n`;
    if (file !== undefined) {
      appendFileSync(file, counts);
      counts = readFileSync(file, "utf8");
    }
    // After the summary of the default reporter, which prints at the end of the same event.
    setImmediate(() => console.log(closingLine(counts)));
  }
}
