import type { TestModule } from "vitest/node";
import { z } from "zod";

const countsSchema = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() });

type Counts = z.infer<typeof countsSchema>;

/** How the tests of some files went; a file that could not be run counts as one that failed. */
export function countTests(modules: readonly TestModule[]): Counts {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const module of modules) {
    if (module.errors().length > 0) count.failed += 1;
    for (const test of module.children.allTests()) count[test.result().state] += 1;
  }
  const { passed, failed, skipped, pending } = count;
  return { passed, failed, skipped: skipped + pending };
}

/** @param lines the counts of each run as JSON, one a line */
export function closingLine(lines: string): string {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const line of lines.trim().split("\n")) {
    const counts = countsSchema.parse(JSON.parse(line));
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`;
}
