import type { NumberState } from "./number-spans.ts";

/** No epoch: before the first report. */
export const NO_EPOCH = -1;

/** No time: before the first believed fix. */
export const NEVER = -1;

/** What is known of a tag in one ownership: what its next report is compared with. Changed in place. Times are seconds of UTC. */
export interface TagProgress {
  epoch: number;
  /** Of the present epoch. */
  numbers: NumberState;
  /** 0 before the first report. */
  lastHeardAt: number;
  batteryPercent: number | null;
  /** Where it is from: the newest health entry of the epoch that began last. A tag may not know the time when it is charged. */
  batteryEpoch: number;
  batteryNumber: number;
  /** The newest believed fix: by its own time, then epoch, then number. NEVER when there is none. */
  latestAt: number;
  latestEpoch: number;
  latestNumber: number;
}

/** Of a tag that has not reported yet. */
export function createProgress(): TagProgress {
  return {
    epoch: NO_EPOCH,
    numbers: { spans: [], settled: 0 },
    lastHeardAt: 0,
    batteryPercent: null,
    batteryEpoch: NO_EPOCH,
    batteryNumber: 0,
    latestAt: NEVER,
    latestEpoch: 0,
    latestNumber: 0,
  };
}
