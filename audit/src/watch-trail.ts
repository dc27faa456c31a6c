import type { Cancel, Time } from "@purrimeter/service/time";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import { errorCode, type Log } from "@purrimeter/service/log";
import { sleep } from "@purrimeter/service/sleep";
import type { AuditKeys } from "./audit-keys.ts";
import { readCheckpointFile } from "./checkpoint-file.ts";
import type { Trail } from "./trail.ts";
import { verifyTrailInTurns, type VerifiedTrail } from "./verify-trail.ts";

/** After everything that starts with a service. */
const FIRST_MS = 30_000;
const EVERY_MS = 86_400_000;

/** What is deleted or signed while the trail is read can look like a fault: one that is none is gone then. */
const AGAIN_MS = 60_000;

/** Others have the processor in between. */
const PAUSE_MS = 5;

/** Which trail is watched, and who is told. */
export interface WatchTrailOptions {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  /** File of its checkpoints. */
  readonly path: string;
  readonly time: Time;
  readonly log: Log;
  /** Told when the trail is not as it was written. */
  readonly alarms: Alarms;
}

/** Verifies a trail soon after a start and then each day, in the background, until it is cancelled. */
export function watchTrail(options: WatchTrailOptions): Cancel {
  const stopping = new AbortController();
  const { time } = options;
  const look = (): void => void lookOnce(options, stopping.signal);
  const cancels = [
    time.after(FIRST_MS, look, { background: true }),
    time.every(EVERY_MS, look, { background: true }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
    stopping.abort();
  };
}

async function lookOnce(options: WatchTrailOptions, signal: AbortSignal): Promise<void> {
  const { time, log, alarms } = options;
  try {
    const first = await verified(options, signal);
    if (first?.intact !== false || !(await sleep(time, AGAIN_MS, signal))) return;
    const second = await verified(options, signal);
    if (second?.intact !== false) return;
    const { fault: reason, brokenAt: count } = second;
    log.error("the audit trail is broken: purrimeter audit verify", { event: "audit.broken", reason, count });
    alarms.observe({ event: "trail.broken" });
  } catch (error) {
    if (!signal.aborted)
      log.error("the audit trail was not verified", { event: "audit.unverified", code: errorCode(error) });
  }
}

/** The checkpoints first: rows that are added meanwhile are under later ones. */
function verified(
  { trail, keys, path, time }: WatchTrailOptions,
  signal: AbortSignal,
): Promise<VerifiedTrail | undefined> {
  const own = readCheckpointFile(path, keys.verifying);
  return verifyTrailInTurns({ trail, keys, own }, () => sleep(time, PAUSE_MS, signal));
}
