import { ALARM_RULES } from "@purrimeter/service/alarm-rules";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const PAGE = new URL("../../../docs/operating.md", import.meta.url);

test("docs/operating.md lists the rules of security with their severity, each with what to do", () => {
  const rows = readFileSync(PAGE, "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, , severity = ""]) => ["notice", "warning", "critical"].includes(severity));
  const documented = rows.map(([, rule, severity]) => `${rule} ${severity}`);
  expect(documented).toEqual(ALARM_RULES.map(({ name, severity }) => `\`${name}\` ${severity}`));
  for (const [, rule, , trips = "", help = ""] of rows)
    expect([rule, trips.length > 0, help.length > 0]).toEqual([rule, true, true]);
});
