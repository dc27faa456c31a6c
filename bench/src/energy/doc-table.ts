import { linesOf, markdownTable, rewriteTables } from "../rewrite-tables.ts";
import type { EnergyLine } from "./energy-line.ts";

/**
 * Rewrites the table of docs/energy.md from a run: `node bench/src/energy/doc-table.ts RUN.jsonl`, made by `npm run bench
 * -- energy --json`.
 */

type Row = EnergyLine & { readonly timesNaive?: number | null; readonly timesTwoInARow?: number | null };

/** Peers of the table; the run has more intervals. */
const SHOWN = /^(?:ours|bound|fixed (?:2|5) min$|fixed 2 min, asleep|fixed (?:1.5|2|3|4|5|8) min, with)/;
const TWO_SHOWN = /^(?:ours|fixed (?:1.5|2|4) min, with)/;

function heard({ heardMedianS, heardP95S }: EnergyLine): string {
  return heardMedianS === null ? "-" : `${heardMedianS}, ${heardP95S} s`;
}

function times(value: number | null | undefined): string {
  return value === undefined || value === null ? "" : value.toFixed(1);
}

const shown = linesOf<Row>(process.argv[2]).filter(({ policy, decision }) =>
  decision === "two in a row" ? TWO_SHOWN.test(policy) : SHOWN.test(policy),
);

const rows = shown.map((line) => [
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

const causes = shown
  .filter(({ policy }) => /^ours|with/.test(policy))
  .map((line) => {
    const { mAhGnss, mAhDark, mAhThin, mAhLooks } = line;
    const sky = (mAhGnss - mAhDark - mAhThin - mAhLooks).toFixed(1);
    const { mAhAsleep, mAhRadio, mAhListening, fixesPerDay, sessionsPerDay } = line;
    const figures = [mAhAsleep, mAhDark, mAhThin, sky, mAhLooks, mAhRadio, mAhListening];
    return { policy: line.policy, cells: [...figures, fixesPerDay, sessionsPerDay].map(String) };
  })
  .filter(({ policy }, i, all) => all.findIndex((other) => other.policy === policy) === i)
  .map(({ policy, cells }) => [policy, ...cells]);
const causesHead = [
  "mAh a day",
  "asleep",
  "roof, no satellite",
  "roof, one in vain",
  "under the sky",
  "looks after a doubt",
  "radio",
  "beacon",
  "fixes",
  "sessions",
];

rewriteTables(
  new URL("../../../docs/energy.md", import.meta.url),
  new Map([
    ["energy", markdownTable(head, rows)],
    ["energy causes", markdownTable(causesHead, causes)],
  ]),
);
