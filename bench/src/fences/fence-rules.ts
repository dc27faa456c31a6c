import { OurTag } from "./our-tag.ts";
import { PeerTag, type PeerRule } from "./peer-tag.ts";
import { cusum, finiteMovingAverage, shiryaev } from "./change-detectors.ts";
import type { FenceRule, ZoneWatch } from "./zone-tag.ts";

/** Outside as soon as a fix is `bufferM` beyond the edge, inside as soon as one is not: Traccar, OwnTracks, ThingsBoard. */
function naive(bufferM: number): PeerRule {
  return ({ beyondM }) => beyondM > bufferM;
}

/** Changes side only when the fix is farther beyond the edge than so many claimed errors. */
function accuracyGate(errors: number): PeerRule {
  let isOutside = false;
  return ({ beyondM, claimedM }) => {
    if (beyondM > errors * claimedM) isOutside = true;
    else if (beyondM < -errors * claimedM) isOutside = false;
    return isOutside;
  };
}

/** Changes side when so many fixes in a row say so. */
function inARow(fixes: number): PeerRule {
  let isOutside = false;
  let run = 0;
  return ({ beyondM }) => {
    run = beyondM > 0 === isOutside ? 0 : run + 1;
    if (run >= fixes) {
      isOutside = !isOutside;
      run = 0;
    }
    return isOutside;
  };
}

interface PeerFamily {
  readonly name: string;
  readonly make: (parameter: number) => PeerRule;
  readonly parameters: readonly number[];
}

/** The literature's detectors, and what trackers do with other parameters than usual. */
const FAMILIES: readonly PeerFamily[] = [
  { name: "naive beyond", make: naive, parameters: [10, 20, 30, 45, 60, 80] },
  { name: "gate of errors", make: accuracyGate, parameters: [2, 3, 5, 8, 12] },
  { name: "in a row", make: inARow, parameters: [3, 4, 5, 6, 8] },
  { name: "moving average h=", make: finiteMovingAverage, parameters: [3, 6, 9, 12, 14, 15.5] },
  { name: "windowed CUSUM h=", make: cusum, parameters: [3, 6, 9, 12, 16, 20] },
  { name: "Shiryaev 1-p=", make: shiryaev, parameters: [0.1, 0.01, 1e-3, 1e-5, 1e-7] },
];

function peer(name: string, make: () => PeerRule, isOfCurve: boolean): FenceRule {
  return {
    name,
    isOfCurve,
    make: (watch) => new PeerTag(make(), watch),
  };
}

/** All rules: those of the tables, then those of the curves. */
export const RULES: readonly FenceRule[] = [
  peer("naive", () => naive(0), false),
  peer("gate", () => accuracyGate(1), false),
  peer("two in a row", () => inARow(2), false),
  {
    name: "ours",
    isOfCurve: false,
    make: (watch) => new OurTag(watch),
  },
  ...(["quick", "quiet"] as const).map((detection) => ({
    name: `ours ${detection}`,
    isOfCurve: true,
    make: (watch: ZoneWatch) => new OurTag(watch, detection),
  })),
  ...FAMILIES.flatMap(({ name, make, parameters }) =>
    parameters.map((parameter) => {
      const label = name.endsWith("=") ? `${name}${parameter}` : `${name} ${parameter}`;
      return peer(label, () => make(parameter), true);
    }),
  ),
];
