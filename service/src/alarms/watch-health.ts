import { X509Certificate } from "node:crypto";
import { statfs } from "node:fs/promises";
import { errorCode, type Log } from "../log/log.ts";
import type { Cancel, Time } from "../time/time.ts";
import type { Alarms } from "./alarm-engine.ts";

const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;
const MIB = 1_048_576;

/** A renewal is due 30 days before the end: two weeks later it has failed many times, or there is none. */
const ENDING_MS = 14 * DAY_MS;

/** Room for a night on a small disk; a large one is full much later than its last 5 %. */
const LEAST_FREE = { bytes: 256 * MIB, share: 0.05, enoughBytes: 2_048 * MIB };

/** What is watched. */
export interface WatchHealthOptions {
  /** Of the certificate that the process listens with, PEM, leaf first. */
  readonly certificate: string | Buffer;
  /** A folder on the disk that is written to. */
  readonly folder: string;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly time: Time;
}

/** Looks each minute whether the certificate ends soon or the disk fills up, until it is cancelled. */
export function watchHealth({ certificate, folder, alarms, log, time }: WatchHealthOptions): Cancel {
  const endsMs = new X509Certificate(certificate).validToDate.getTime();
  const look = async (): Promise<void> => {
    if (endsMs - time.utcMs() < ENDING_MS) alarms.observe({ event: "certificate.ending" });
    try {
      if (isFilling(await statfs(folder))) alarms.observe({ event: "disk.filling" });
    } catch (error) {
      log.warn("the room on the disk is not known", { event: "disk.unknown", code: errorCode(error) });
    }
  };
  void look();
  return time.every(LOOK_MS, () => void look(), { background: true });
}

/** Whether so little is free that somebody has to make room. As statfs gives it: in blocks. */
export function isFilling({
  bavail,
  blocks,
  bsize,
}: {
  readonly bavail: number;
  readonly blocks: number;
  readonly bsize: number;
}): boolean {
  const ofLarge = Math.min(blocks * bsize * LEAST_FREE.share, LEAST_FREE.enoughBytes);
  return bavail * bsize < Math.max(LEAST_FREE.bytes, ofLarge);
}
