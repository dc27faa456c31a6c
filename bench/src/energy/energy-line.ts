import { quantileOf } from "../fences/fence-line.ts";
import type { Outing } from "../fences/outings.ts";
import type { Wearer } from "../fences/wearer.ts";
import { addUsage, ASLEEP_MA, daysOf, mAhPerDay, noUsage, partsOf, type Usage } from "./energy-model.ts";
import { addHeard, noneHeard, type Told } from "./heard.ts";

/** One policy over all cats. */
export interface EnergyLine {
  readonly bench: "energy";
  readonly policy: string;
  /** Who decides: ours on the tag, or the peer's cloud by one fix (naive) or two. */
  readonly decision: string;
  readonly cats: string;
  /** On a cell of 500 mAh, with the mean use of all cats; of the cats of which 10, 50 and 90 % live shorter. */
  readonly days: number;
  readonly daysP10: number;
  readonly daysP50: number;
  readonly daysP90: number;
  /** The same with the processor in deep sleep, which our firmware cannot use, and on the development board. */
  readonly daysDeepSleep: number;
  readonly daysDevelopmentBoard: number;
  /** From the moment the cat was truly out to the arrival of the decision; null when there was none. */
  readonly heardMedianS: number | null;
  readonly heardP95S: number | null;
  readonly neverTold: number;
  readonly silent: number;
  readonly alreadyOutside: number;
  readonly outings: number;
  readonly gnssSecondsPerDay: number;
  readonly bytesPerDay: number;
  readonly fixesPerDay: number;
  readonly sessionsPerDay: number;
  readonly mAhPerDay: number;
  /** Where they go. */
  readonly mAhAsleep: number;
  readonly mAhGnss: number;
  readonly mAhRadio: number;
  readonly mAhListening: number;
  /** Of the receiver's: under a roof without a satellite, under one with a satellite in vain, looks after a doubt. */
  readonly mAhDark: number;
  readonly mAhThin: number;
  readonly mAhLooks: number;
}

/** Some cats, with the truth. */
export interface Worn {
  readonly cats: string;
  readonly wearers: readonly Wearer[];
  readonly outings: readonly (readonly Outing[])[];
}

/** What one policy spent on each cat, and what their owners were told. */
export interface PolicyRun {
  readonly policy: string;
  readonly decision: string;
  readonly usages: readonly Usage[];
  readonly told: readonly (readonly Told[])[];
}

const DAY_S = 86_400;

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function daysWorn({ startsAt, endsAt }: Wearer): number {
  return (endsAt - startsAt) / DAY_S;
}

function lives(
  { wearers }: Worn,
  usages: readonly Usage[],
): Pick<EnergyLine, "daysP10" | "daysP50" | "daysP90"> {
  const each = wearers.map((wearer, i) => daysOf(mAhPerDay(usages[i] ?? noUsage(), daysWorn(wearer))));
  const at = (share: number): number => rounded(quantileOf(each, share) ?? 0);
  return { daysP10: at(0.1), daysP50: at(0.5), daysP90: at(0.9) };
}

/** The line of a policy. */
export function energyLine(worn: Worn, { policy, decision, usages, told }: PolicyRun): EnergyLine {
  const usage = noUsage();
  for (const one of usages) addUsage(usage, one);
  const days = worn.wearers.reduce((sum, wearer) => sum + daysWorn(wearer), 0);
  const parts = partsOf(usage, days);
  const heard = noneHeard();
  worn.outings.forEach((outings, i) => addHeard(heard, outings, told[i] ?? []));
  const { delaysS, neverTold, silent, alreadyOutside } = heard;
  return {
    bench: "energy",
    policy,
    decision,
    cats: worn.cats,
    days: rounded(daysOf(mAhPerDay(usage, days))),
    ...lives(worn, usages),
    daysDeepSleep: rounded(daysOf(mAhPerDay(usage, days, ASLEEP_MA.deepSleep))),
    daysDevelopmentBoard: rounded(daysOf(mAhPerDay(usage, days, ASLEEP_MA.developmentBoard))),
    heardMedianS: whole(quantileOf(delaysS, 0.5)),
    heardP95S: whole(quantileOf(delaysS, 0.95)),
    neverTold,
    silent,
    alreadyOutside,
    outings: worn.outings.flat().length,
    gnssSecondsPerDay: rounded(usage.gnssS / days),
    bytesPerDay: Math.round((usage.bytesUp + usage.bytesDown) / days),
    fixesPerDay: rounded(usage.fixes / days),
    sessionsPerDay: rounded(usage.sessions / days),
    mAhPerDay: rounded(mAhPerDay(usage, days)),
    mAhAsleep: rounded(parts.asleep),
    mAhGnss: rounded(parts.gnss),
    mAhRadio: rounded(parts.radio),
    mAhListening: rounded(parts.listening),
    mAhDark: rounded(parts.dark),
    mAhThin: rounded(parts.thin),
    mAhLooks: rounded(parts.looks),
  };
}
