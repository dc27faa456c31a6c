import { spendOurs, type Spent } from "./energy-tag.ts";
import { addUsage, daysOf, mAhPerDay, noUsage } from "./energy-model.ts";
import { spendFixed } from "./fixed-tracker.ts";
import { delaysOf, outingsOf, type Outing } from "../fences/outings.ts";
import { wearers, type Wearer } from "../fences/wearer.ts";

const DAYS = 3;
const DAY_S = 86_400;
const RADIUS_M = 75;

/** Both hear of an escape two minutes late at worst. */
const INTERVAL_S = 120;
/** A tracker of this interval is as late as ours in fact is: the 95th percentiles of their delays are alike. */
const LATE_S = 210;
const HOURLY_S = 3_600;

const ours = { fixIntervalS: INTERVAL_S, reportIntervalS: HOURLY_S, radiusM: RADIUS_M };

const POLICIES: Readonly<Record<string, (wearer: Wearer) => Spent>> = {
  "fixed 2 min": (wearer) => spendFixed(wearer, INTERVAL_S, false),
  "fixed 3.5 min": (wearer) => spendFixed(wearer, LATE_S, false),
  "fixed 2 min, asleep without motion": (wearer) => spendFixed(wearer, INTERVAL_S, true),
  "fixed 3.5 min, asleep without motion": (wearer) => spendFixed(wearer, LATE_S, true),
  "ours, every fix sent": (wearer) => spendOurs(wearer, { ...ours, reportIntervalS: 1, hasBeacon: false }),
  "ours, no beacon": (wearer) => spendOurs(wearer, { ...ours, hasBeacon: false }),
  ours: (wearer) => spendOurs(wearer, { ...ours, hasBeacon: true }),
};

/** One policy over all cats. */
export interface EnergyLine {
  readonly bench: "energy";
  readonly policy: string;
  readonly cats: string;
  /** On a cell of 500 mAh. */
  readonly days: number;
  readonly gnssSecondsPerDay: number;
  readonly bytesPerDay: number;
  readonly fixesPerDay: number;
  readonly sessionsPerDay: number;
  readonly mAhPerDay: number;
  /** From the moment the cat was truly out to the first fix out there. */
  readonly delayMedianS: number;
  readonly delayP95S: number;
  readonly outings: number;
  readonly missed: number;
}

/** Days on a battery, for the recorded cats and each policy. */
export async function benchEnergy(): Promise<readonly EnergyLine[]> {
  const measured = await wearers(DAYS);
  const truths = measured.wearers.map((wearer) => outingsOf(wearer, RADIUS_M));
  return Object.entries(POLICIES).map(([policy, spend]) => {
    const spent = measured.wearers.map(spend);
    return line(policy, measured.cats, measured.wearers, truths, spent);
  });
}

function line(
  policy: string,
  cats: string,
  worn: readonly Wearer[],
  truths: readonly (readonly Outing[])[],
  spent: readonly Spent[],
): EnergyLine {
  const usage = noUsage();
  for (const one of spent) addUsage(usage, one.usage);
  const days = worn.reduce((sum, { startsAt, endsAt }) => sum + (endsAt - startsAt) / DAY_S, 0);
  const delays = truths.flatMap((outings, i) => delaysOf(outings, spent[i]?.fixesAt ?? []));
  delays.sort((a, b) => a - b);
  const mAh = mAhPerDay(usage, days);
  return {
    bench: "energy",
    policy,
    cats,
    days: rounded(daysOf(mAh)),
    gnssSecondsPerDay: rounded(usage.gnssS / days),
    bytesPerDay: Math.round((usage.bytesUp + usage.bytesDown) / days),
    fixesPerDay: rounded(usage.fixes / days),
    sessionsPerDay: rounded(usage.sessions / days),
    mAhPerDay: rounded(mAh),
    delayMedianS: quantile(delays, 0.5),
    delayP95S: quantile(delays, 0.95),
    outings: delays.length,
    missed: delays.filter((delay) => delay === Infinity).length,
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}
