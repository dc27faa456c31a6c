import { errorCode } from "../log/log.ts";
import { sleep } from "../time/sleep.ts";
import type { Time } from "../time/time.ts";

/** How one check went. Constants and numbers alone: nothing that names a person or a place. */
export interface CheckOutcome {
  readonly ok: boolean;
  readonly detail: string;
}

/** One condition without which a service cannot do its work. */
export interface ReadinessCheck {
  /** "store", "disk", "auth"; the key of its outcome. */
  readonly name: string;
  check(): Promise<CheckOutcome>;
}

/** All outcomes; `ready` when each is ok. */
export interface ReadinessReport {
  readonly status: "ready" | "not-ready";
  readonly checks: Readonly<Record<string, CheckOutcome>>;
}

/** Shorter than the deadline of whoever asks a service about its own readiness. */
const CHECK_DEADLINE_MS = 2_000;

/** A report is given again for so long, so that many questions cost as much as one. */
const FRESH_MS = 1_000;

/** Runs checks together, each with a deadline, and keeps their report for a second. */
export class Readiness {
  readonly #checks: readonly ReadinessCheck[];
  readonly #time: Time;
  #kept: Promise<ReadinessReport> | undefined;
  #freshUntilMs = Infinity;

  constructor(checks: readonly ReadinessCheck[], time: Time) {
    this.#checks = checks;
    this.#time = time;
  }

  /** Never rejects: a check that throws or does not answer in time is not ok. */
  report(): Promise<ReadinessReport> {
    if (this.#kept !== undefined && this.#time.monotonicMs() < this.#freshUntilMs) return this.#kept;
    this.#freshUntilMs = Infinity;
    this.#kept = this.#run().finally(() => (this.#freshUntilMs = this.#time.monotonicMs() + FRESH_MS));
    return this.#kept;
  }

  async #run(): Promise<ReadinessReport> {
    const outcomes = await Promise.all(this.#checks.map((check) => this.#outcomeOf(check)));
    const checks = Object.fromEntries(this.#checks.map(({ name }, i) => [name, outcomes[i] ?? UNKNOWN]));
    return { status: outcomes.every(({ ok }) => ok) ? "ready" : "not-ready", checks };
  }

  async #outcomeOf(check: ReadinessCheck): Promise<CheckOutcome> {
    const answered = new AbortController();
    const late = sleep(this.#time, CHECK_DEADLINE_MS, answered.signal).then(() => LATE);
    try {
      return await Promise.race([check.check(), late]);
    } catch (error) {
      return { ok: false, detail: `failed (${errorCode(error)})` };
    } finally {
      answered.abort();
    }
  }
}

const UNKNOWN: CheckOutcome = { ok: false, detail: "not checked" };
const LATE: CheckOutcome = { ok: false, detail: `no answer within ${CHECK_DEADLINE_MS / 1_000} s` };
