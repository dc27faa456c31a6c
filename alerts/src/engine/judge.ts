import { errorCode, type Log } from "@purrimeter/service/log";
import type { Random } from "@purrimeter/service/random";
import type { Time } from "@purrimeter/service/time";
import type { AlertId } from "@purrimeter/store/alert";
import type { AlertConclusion, AlertTask, AlertWork } from "@purrimeter/store/alert-work";
import { decide } from "../rules/decide.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { allEnded } from "./all-ended.ts";
import { newAlertId } from "./new-alert-id.ts";

/** What judging is done with. */
export interface JudgeParts {
  readonly work: Pick<AlertWork, "takeTasks" | "conclude" | "postpone">;
  readonly time: Time;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<AlertMetrics, "decided">;
  /** Timers wait while the clock is doubted; alerts of what happens do not. */
  readonly isClockTrusted: () => boolean;
}

/** Longer than a batch takes on a slow machine. A process that dies leaves its tasks for so long. */
const LEASE_MS = 15_000;

const BATCH = 64;

/** What cannot be judged comes again after these waits; more is a fault that only a new version mends. */
const POSTPONED_MS: readonly number[] = [1_000, 10_000, 60_000, 600_000, 3_600_000];

/** Judges what is due, one batch. Whether there may be more. Rejects when the store cannot be read or written. */
export async function judgeBatch(parts: JudgeParts): Promise<boolean> {
  const { work, time, isClockTrusted } = parts;
  const limits = { limit: BATCH, withTimers: isClockTrusted() };
  const tasks = await work.takeTasks(time.utcMs(), LEASE_MS, limits);
  // At once, so that they share a commit.
  await allEnded(tasks.map((task) => judge(task, parts)));
  // Of one ownership at most one is given: the next of it waits for this one.
  return tasks.length > 0;
}

async function judge(task: AlertTask, parts: JudgeParts): Promise<void> {
  const { work, time, log, metrics } = parts;
  try {
    const conclusion = conclude(task, parts);
    const isKept = await work.conclude(task, conclusion, time.utcMs());
    if (isKept) for (const draft of conclusion.alerts) metrics.decided(draft);
    else log.warn("an event was judged by somebody else meanwhile", { event: "alerts.lease-lost" });
  } catch (error) {
    // One event that cannot be judged or kept must not stop the others. A store that fails altogether takes no postponement either.
    const code = errorCode(error);
    const reason = error instanceof Error ? error.name : "unknown";
    log.error("an event could not be judged", { event: "alerts.unjudged", tag: task.tag, code, reason });
    const waitMs = POSTPONED_MS[Math.min(task.attempts, POSTPONED_MS.length - 1)] ?? 0;
    await work.postpone(task, time.utcMs() + waitMs);
  }
}

function conclude(task: AlertTask, { time, random, isClockTrusted }: JudgeParts): AlertConclusion {
  const newId = (): AlertId => newAlertId(random);
  return decide(task, { nowMs: time.utcMs(), isClockTrusted: isClockTrusted(), newId });
}
