import type { Half } from "../fences/fence-world.ts";
import { type Outing, outingsOf } from "../fences/outings.ts";
import { wearers } from "../fences/wearer.ts";
import { energyLine, type EnergyLine, type Worn } from "./energy-line.ts";
import { CONNECT_S, countReport, countSession, noUsage, TAIL_S, type Usage } from "./energy-model.ts";
import { spendOurs } from "./energy-tag.ts";
import { type FixedPolicy, spendFixed } from "./fixed-tracker.ts";
import { decidedInCloud, type Told } from "./heard.ts";

const DAYS = 3;
const QUICK_DAYS = 1;
const QUICK_CATS = 12;
const RADIUS_M = 75;
const INTERVAL_S = 120;
const HOURLY_S = 3_600;

/** Intervals of the peers with our tricks: near enough that one is as late as ours. */
const PEER_INTERVALS_S = [60, 90, 120, 150, 180, 195, 210, 225, 240, 255, 270, 300, 360, 420, 480, 600, 720];
const TRICKS = ", with our tricks";

const ours = { fixIntervalS: INTERVAL_S, reportIntervalS: HOURLY_S, radiusM: RADIUS_M };

const OURS = {
  ours: { ...ours, hasBeacon: true },
  "ours, quick": { ...ours, hasBeacon: true, detection: "quick" },
  "ours, no beacon": { ...ours, hasBeacon: false },
  "ours, every fix sent": { ...ours, reportIntervalS: 1, hasBeacon: false },
} as const;

/** Shown without the searches under a roof too. */
const BOUNDED = new Set(["ours", "ours, no beacon"]);

function peers(): [string, FixedPolicy][] {
  const plain = { radiusM: RADIUS_M, sleeps: false, stopsInTheDark: false };
  const tricks = PEER_INTERVALS_S.map((intervalS): [string, FixedPolicy] => [
    `fixed ${intervalS / 60} min${TRICKS}`,
    { ...plain, intervalS, sleeps: true, stopsInTheDark: true },
  ]);
  return [
    ["fixed 2 min", { ...plain, intervalS: 120 }],
    ["fixed 5 min", { ...plain, intervalS: 300 }],
    ["fixed 2 min, asleep without motion", { ...plain, intervalS: 120, sleeps: true }],
    ["fixed 5 min, asleep without motion", { ...plain, intervalS: 300, sleeps: true }],
    ...tricks,
  ];
}

function peerLines(worn: Worn): EnergyLine[] {
  return peers().flatMap(([policy, fixed]) => {
    const spent = worn.wearers.map((wearer) => spendFixed(wearer, fixed));
    const usages = spent.map(({ usage }) => usage);
    return (["naive", "two in a row"] as const).map((decision, i) => {
      const told = spent.map(({ fixes }) => decidedInCloud(fixes, i + 1));
      return energyLine(worn, { policy, decision, usages, told });
    });
  });
}

/** The peer with our tricks that lives longest of those that are not later than ours, in the median and in 95 %. */
function bestPeer(
  ourLine: EnergyLine,
  peerLines: readonly EnergyLine[],
  decision: string,
): EnergyLine | undefined {
  const early = peerLines.filter(
    (peer) =>
      peer.decision === decision &&
      (peer.heardMedianS ?? Infinity) <= (ourLine.heardMedianS ?? 0) &&
      (peer.heardP95S ?? Infinity) <= (ourLine.heardP95S ?? 0),
  );
  return early.toSorted((a, b) => b.days - a.days)[0];
}

/** How many times as long ours lives as the best peer that is as early. */
interface Lead {
  readonly naivePeer: string | null;
  readonly timesNaive: number | null;
  readonly twoInARowPeer: string | null;
  readonly timesTwoInARow: number | null;
}

function leadOf(ourLine: EnergyLine, peerLines: readonly EnergyLine[]): Lead {
  const naive = bestPeer(ourLine, peerLines, "naive");
  const two = bestPeer(ourLine, peerLines, "two in a row");
  const times = (peer: EnergyLine | undefined): number | null =>
    peer === undefined ? null : Math.round((ourLine.days / peer.days) * 100) / 100;
  return {
    naivePeer: naive?.policy ?? null,
    timesNaive: times(naive),
    twoInARowPeer: two?.policy ?? null,
    timesTwoInARow: times(two),
  };
}

/** What a tag takes that is told when its cat leaves: a warm start and a report for each outing. */
const WARM_START_S = 12;
const LEAST_REPORT_BYTES = 30;

function spendOracle({ length }: readonly Outing[]): Usage {
  const usage = noUsage();
  for (let i = 0; i < length; i++) {
    usage.gnssS += WARM_START_S;
    countSession(usage);
    usage.connectedS += CONNECT_S + TAIL_S;
    countReport(usage, LEAST_REPORT_BYTES);
  }
  return usage;
}

/** Without the searches that no sky was above; a receiver that knew would not make them. */
function withoutRoofs(usage: Usage): Usage {
  return { ...usage, gnssS: usage.gnssS - usage.darkS - usage.thinS, darkS: 0, thinS: 0 };
}

function toldAtOnce(outings: readonly Outing[]): Told[] {
  return outings.flatMap(({ from, to }): Told[] => [
    { decidedAt: from, heardAt: from + WARM_START_S + CONNECT_S, side: "outside", isAlarm: true },
    { decidedAt: to, heardAt: to, side: "inside", isAlarm: false },
  ]);
}

function oracleLine(worn: Worn): EnergyLine {
  const usages = worn.outings.map(spendOracle);
  const told = worn.outings.map(toldAtOnce);
  return energyLine(worn, { policy: "bound: knows when the cat leaves", decision: "oracle", usages, told });
}

/** What of the benchmark is run. */
export interface EnergyOptions {
  readonly isQuick: boolean;
  readonly half: Half;
}

/** Days on a battery and what the owner hears, for the recorded cats and each policy. */
export async function* benchEnergy({
  isQuick,
  half,
}: EnergyOptions): AsyncGenerator<EnergyLine | (EnergyLine & Lead)> {
  const all = await wearers(half, isQuick ? QUICK_DAYS : DAYS);
  if (all.cats === "invented") process.stderr.write("the recorded cats are not there: invented ones\n");
  const worn = all.wearers.slice(0, isQuick ? QUICK_CATS : all.wearers.length);
  const measured = { cats: all.cats, wearers: worn, outings: worn.map((one) => outingsOf(one, RADIUS_M)) };
  const peerLinesOf = peerLines(measured);
  yield* peerLinesOf;
  for (const [policy, tag] of Object.entries(OURS)) {
    const spent = worn.map((wearer) => spendOurs(wearer, tag));
    const [usages, told] = [spent.map(({ usage }) => usage), spent.map((one) => one.told)];
    const line = energyLine(measured, { policy, decision: "ours", usages, told });
    yield { ...line, ...leadOf(line, peerLinesOf) };
    if (!BOUNDED.has(policy)) continue;
    const run = { policy: `bound: ${policy}, no search under a roof`, decision: "ours", told };
    yield energyLine(measured, { ...run, usages: usages.map(withoutRoofs) });
  }
  yield oracleLine(measured);
}
