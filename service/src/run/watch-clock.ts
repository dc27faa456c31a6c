import { errorCode } from "../log/log.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { ClockTrust, type ClockDoubt } from "../clock/clock-trust.ts";
import type { Time } from "../time/time.ts";
import type { ReadinessCheck } from "../metrics/readiness.ts";

/** A clock that was not trusted when it was kept. */
export interface DoubtedSeconds {
  /** Its last time, seconds of UTC. */
  readonly utcS: number;
  /** Monotonic seconds that it has run undisputed, earlier runs included. */
  readonly undisputedS: number;
}

/** Where the last trusted time is kept over a restart, and what a doubt has come to. */
export interface ClockRecord {
  /** Seconds of UTC; undefined in a new installation. */
  lastTrusted(): Promise<number | undefined>;
  /** Undefined when the clock was trusted in the end. */
  lastDoubted(): Promise<DoubtedSeconds | undefined>;
  /** Called with trusted times only; forgets what was doubted. */
  keepTrusted(utcS: number): Promise<void>;
  keepDoubted(doubted: DoubtedSeconds): Promise<void>;
}

/** How often the clock is compared with the monotonic clock. */
const LOOK_MS = 5_000;

/** At most so much is lost of the time that the service ran, when it ends without warning. */
const KEEP_MS = 60_000;

/** What a watched clock is made of. */
export interface WatchClockOptions {
  readonly time: Time;
  readonly log: Log;
  /** None for a process without metrics. */
  readonly metrics?: Metrics;
  readonly record: ClockRecord;
}

/** A clock that is watched until it is closed. */
export interface WatchedClock {
  readonly trust: ClockTrust;
  readonly check: ReadinessCheck;
  /** Whether what is kept each minute can be written where it is kept: a database that is full or read-only is noticed by it. */
  readonly commits: ReadinessCheck;
  /** Keeps the present time, or how long it has been undisputed, and ends the watch. */
  close(): Promise<void>;
}

/** Watches the clock: doubts are logged once, measured as `clock_trusted`, and what it came to is kept. Rejects as the record does. */
export async function watchClock(options: WatchClockOptions): Promise<WatchedClock> {
  const { time, log, metrics, record } = options;
  const trust = await openTrust(time, record);
  const say = sayer(log);
  let failed: string | undefined;
  const keep = async (): Promise<void> => void (failed = await keepClock(options, trust));
  const look = (): void => say(trust.look());
  look();
  await keep();
  metrics?.gauge(
    { name: "clock_trusted", help: "1 while the clock may delete, renew and expire, else 0." },
    () => (trust.isTrusted() ? 1 : 0),
  );
  const timers = [
    time.every(LOOK_MS, look, { background: true }),
    time.every(KEEP_MS, () => void keep(), { background: true }),
  ];
  return {
    trust,
    check: { name: "clock", check: () => Promise.resolve(readinessOf(trust.look())) },
    commits: { name: "commits", check: () => Promise.resolve(commitsOf(failed)) },
    close: () => {
      for (const cancel of timers) cancel();
      return keep();
    },
  };
}

async function openTrust(time: Time, record: ClockRecord): Promise<ClockTrust> {
  const lastS = await record.lastTrusted();
  const doubted = await record.lastDoubted();
  return new ClockTrust({
    time,
    lastMs: lastS === undefined ? undefined : lastS * 1_000,
    doubted: doubted && { utcMs: doubted.utcS * 1_000, undisputedMs: doubted.undisputedS * 1_000 },
  });
}

/** Tries again a minute later when it fails; gives the code of what failed. */
async function keepClock(
  { time, log, record }: WatchClockOptions,
  trust: ClockTrust,
): Promise<string | undefined> {
  try {
    if (trust.isTrusted()) return void (await record.keepTrusted(time.utcS()));
    const { utcMs = 0, undisputedMs = 0 } = trust.doubted ?? {};
    await record.keepDoubted({
      utcS: Math.floor(utcMs / 1_000),
      undisputedS: Math.floor(undisputedMs / 1_000),
    });
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    log.error("the time could not be kept", { event: "clock.fault", code });
    return code;
  }
}

function sayer(log: Log): (doubt: ClockDoubt | undefined) => void {
  let said: ClockDoubt | undefined;
  return (doubt) => {
    if (doubt === said) return;
    said = doubt;
    if (doubt === undefined) log.warn("the clock is trusted again", { event: "clock.trusted" });
    else if (doubt === "long-stop")
      log.warn(
        "the clock is ahead as after a long stop: nothing is deleted by it until it has run for 24 h",
        {
          event: "clock.unconfirmed",
          reason: doubt,
        },
      );
    else
      log.error("the clock is not trusted: is it right? Nothing is deleted, renewed or expired by it", {
        event: "clock.distrusted",
        reason: doubt,
      });
  };
}

function commitsOf(failed: string | undefined): { ok: boolean; detail: string } {
  return failed === undefined
    ? { ok: true, detail: "can be written" }
    : { ok: false, detail: `failed: ${failed}` };
}

function readinessOf(doubt: ClockDoubt | undefined): { ok: boolean; detail: string } {
  if (doubt === undefined) return { ok: true, detail: "trusted" };
  if (doubt === "long-stop")
    return { ok: true, detail: "ahead as after a long stop; nothing is deleted yet" };
  return { ok: false, detail: `not trusted: ${doubt}` };
}
