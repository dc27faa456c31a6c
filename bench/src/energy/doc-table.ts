import { readFileSync } from "node:fs";
import type { EnergyLine } from "./energy-line.ts";

/** Prints the table of docs/energy.md from a run: `node bench/src/energy/doc-table.ts RUN.jsonl`, made with `--json`. */

type Row = EnergyLine & { readonly timesNaive?: number | null; readonly timesTwoInARow?: number | null };

const rows = readFileSync(process.argv[2] ?? "", "utf8").split("\n");
const lines = rows.filter((row) => row.startsWith("{")).map((row) => JSON.parse(row) as Row);

function heard({ heardMedianS, heardP95S }: EnergyLine): string {
  return heardMedianS === null ? "-" : `${heardMedianS}, ${heardP95S} s`;
}

function times(value: number | null | undefined): string {
  return value === undefined || value === null ? "" : `${value.toFixed(1)}`;
}

const cells = lines.map((line) => [
  line.policy.startsWith("ours") ? `**${line.policy}**` : line.policy,
  line.decision,
  String(line.days),
  `${line.daysP10}, ${line.daysP50}, ${line.daysP90}`,
  heard(line),
  String(line.neverTold + line.silent),
  `${line.mAhAsleep} + ${line.mAhGnss} + ${line.mAhRadio} + ${line.mAhListening}`,
  times(line.timesNaive),
  times(line.timesTwoInARow),
]);
const head = [
  "policy",
  "decided by",
  "days",
  "10, 50, 90 % of cats",
  "heard of after (median, 95 %)",
  "not told",
  "mAh a day: asleep, receiver, radio, beacon",
  "of naive peer",
  "of two in a row",
];
const text = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
console.log([text(head), text(head.map(() => "---")), ...cells.map(text)].join("\n"));
