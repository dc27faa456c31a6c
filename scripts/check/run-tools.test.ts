import { execPath } from "node:process";
import { expect, it } from "vitest";
import { runTools } from "./run-tools.ts";
import type { ToolOutcome } from "./run-tools.ts";

it("hands over what each command printed and whether it succeeded", async () => {
  const commands = {
    good: [execPath, "-e", "console.log('fine')"],
    bad: [execPath, "-e", "console.error('broken'); process.exitCode = 3"],
    missing: ["no-such-program"],
  };
  const outcomes = new Map<string, ToolOutcome>();
  await runTools(commands, import.meta.dirname, (outcome) => outcomes.set(outcome.rule, outcome));
  expect(outcomes.get("good")).toEqual({ rule: "good", isKept: true, output: "fine\n" });
  expect(outcomes.get("bad")).toEqual({ rule: "bad", isKept: false, output: "broken\n" });
  expect(outcomes.get("missing")?.isKept).toBe(false);
  expect(outcomes.get("missing")?.output).toContain("ENOENT");
});
