import type { Alarms } from "@purrimeter/service/alarm-engine";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Cancel, Time } from "@purrimeter/service/time";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const LOOK_MS = 3_600_000;
const DAY_S = 86_400;

/** Which backup is watched. */
export interface WatchBackupOptions {
  /** File with the time of the last backup, seconds of UTC; begun with the present when it is missing. */
  readonly record: string;
  readonly days: number;
  readonly alarms: Alarms;
  readonly isClockTrusted: () => boolean;
  readonly log: Log;
  readonly time: Time;
}

/** Looks each hour whether the last backup is older than so many days, until it is cancelled. */
export function watchBackup(options: WatchBackupOptions): Cancel {
  lookOnce(options);
  return options.time.every(LOOK_MS, () => lookOnce(options), { background: true });
}

function lookOnce({ record, days, alarms, isClockTrusted, log, time }: WatchBackupOptions): void {
  if (!isClockTrusted()) return;
  const now = time.utcS();
  try {
    if (!existsSync(record)) writeFileSync(record, `${now}\n`, { mode: 0o644 });
    const last = Number(readFileSync(record, "utf8"));
    // What is no time counts as none.
    if (!(now - last <= days * DAY_S)) alarms.observe({ event: "backup.old" });
  } catch (error) {
    log.warn("the time of the last backup is not known", { event: "backup.unknown", code: errorCode(error) });
  }
}
