import { DueQueue } from "./due-queue.ts";
import { FleetMember, type LifePlan } from "./fleet-member.ts";
import { summarise, type FleetProgress, type FleetSummary } from "./fleet-summary.ts";
import type { SimulatedTagOptions } from "./simulated-tag.ts";

/** A fleet to run in this process. */
export interface FleetOptions extends LifePlan {
  readonly tags: readonly SimulatedTagOptions[];
  /** Tags switched on a second: a handshake takes 3 to 5 ms of CPU on both sides together. */
  readonly startsPerSecond?: number;
  /** Told about once a second, and at the end. */
  readonly onProgress?: (progress: FleetProgress) => void;
  /** Stops the fleet; the summary says how far it came. */
  readonly signal?: AbortSignal;
  /** Calls back after `ms` milliseconds of `monotonicMs`; `setTimeout` unless given. */
  readonly after?: (milliseconds: number, callback: () => void) => NodeJS.Timeout;
  /** Without any new acknowledgement or life for so long, nothing will come any more: the fleet gives up. */
  readonly giveUpAfterMs?: number;
}

/** How a fleet ended, and what it did. */
export interface FleetResult {
  readonly outcome: "complete" | "stopped" | "stalled";
  readonly summary: FleetSummary;
}

const STARTS_PER_SECOND = 100;
const PROGRESS_MS = 1_000;
const GIVE_UP_MS = 120_000;

/** Longest stretch without looking at the network. */
const SLICE_MS = 10;

const LONGEST_TIMER_MS = 60_000;

/**
 * Runs a fleet until every tag has lived its past and all of it is acknowledged (or for ever when it keeps living), or
 * `signal` stops it, or nothing moves any more.
 */
export function runFleet(options: FleetOptions): Promise<FleetResult> {
  return new Fleet(options).run();
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #queue = new DueQueue<FleetMember>();
  readonly #members: FleetMember[];
  readonly #startedMs: number;
  readonly #after: NonNullable<FleetOptions["after"]>;
  #started = 0;
  #timer: NodeJS.Timeout | undefined;
  #isAtOnce = false;
  #progressMs = 0;
  #movedMs: number;
  #movement = -1;
  #end: ((outcome: FleetResult["outcome"]) => void) | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#startedMs = options.monotonicMs();
    this.#movedMs = this.#startedMs;
    this.#after = options.after ?? ((milliseconds, callback) => setTimeout(callback, milliseconds));
    this.#members = options.tags.map(
      (tag) => new FleetMember(tag, options, (member) => this.#reschedule(member)),
    );
  }

  async run(): Promise<FleetResult> {
    const { signal } = this.#options;
    const outcome = await new Promise<FleetResult["outcome"]>((resolve) => {
      this.#end = resolve;
      if (this.#members.length === 0) return resolve("complete");
      if (signal?.aborted === true) return resolve("stopped");
      signal?.addEventListener("abort", () => resolve("stopped"), { once: true });
      this.#turn();
    });
    this.#end = undefined;
    clearTimeout(this.#timer);
    for (const member of this.#members) member.tag.close();
    const progress = this.progress();
    this.#options.onProgress?.(progress);
    return {
      outcome,
      summary: summarise(
        this.#members.map(({ tag }) => tag.stats),
        progress.seconds,
      ),
    };
  }

  /** How the fleet is doing. */
  progress(): FleetProgress {
    const members = this.#members;
    const count = (is: (member: FleetMember) => boolean): number => members.filter(is).length;
    const seconds = (this.#options.monotonicMs() - this.#startedMs) / 1000;
    return {
      ...summarise(
        members.map(({ tag }) => tag.stats),
        seconds,
      ),
      started: this.#started,
      connected: count(({ tag }) => tag.isUp),
      heard: count(({ tag }) => tag.stats.acknowledged > 0),
      caughtUp: count((member) => member.isCaughtUp),
      lived: members.reduce((sum, member) => sum + member.lived, 0) / Math.max(1, members.length),
    };
  }

  #reschedule(member: FleetMember): void {
    this.#queue.set(member, member.dueMs());
    this.#finishMember(member);
    this.#arm();
  }

  #finishMember(member: FleetMember): void {
    if (!member.isDone) return;
    member.tag.close();
    if (this.#members.every(({ isDone }) => isDone)) this.#end?.("complete");
  }

  /** One slice of work, then room for the network. */
  #turn(): void {
    const { monotonicMs } = this.#options;
    const untilMs = monotonicMs() + SLICE_MS;
    this.#startDue(monotonicMs());
    for (let nowMs = monotonicMs(); nowMs < untilMs; nowMs = monotonicMs()) {
      const member = this.#queue.take(nowMs);
      if (member === undefined) break;
      this.#queue.set(member, member.turn());
      this.#finishMember(member);
    }
    this.#report(monotonicMs());
    this.#arm();
  }

  #startDue(nowMs: number): void {
    const perSecond = this.#options.startsPerSecond ?? STARTS_PER_SECOND;
    const due = Math.min(
      this.#members.length,
      1 + Math.floor(((nowMs - this.#startedMs) / 1000) * perSecond),
    );
    for (; this.#started < due; this.#started++) {
      const member = this.#members[this.#started]!;
      member.start();
      this.#queue.set(member, member.dueMs());
      this.#finishMember(member);
    }
  }

  #report(nowMs: number): void {
    if (nowMs < this.#progressMs) return;
    this.#progressMs = nowMs + PROGRESS_MS;
    const progress = this.progress();
    this.#options.onProgress?.(progress);
    const movement = progress.acknowledged + progress.started + progress.lived;
    if (movement !== this.#movement) this.#movedMs = nowMs;
    this.#movement = movement;
    const isStalled = nowMs - this.#movedMs > (this.#options.giveUpAfterMs ?? GIVE_UP_MS);
    if (isStalled && !this.#options.keepsLiving) this.#end?.("stalled");
  }

  /** Sets the timer for what comes first. */
  #arm(): void {
    if (this.#end === undefined || this.#isAtOnce) return;
    const nowMs = this.#options.monotonicMs();
    const startMs = this.#started < this.#members.length ? nowMs + SLICE_MS : Infinity;
    const nextMs = Math.min(this.#queue.nextMs(), startMs, this.#progressMs, nowMs + LONGEST_TIMER_MS);
    clearTimeout(this.#timer);
    if (nextMs > nowMs) {
      this.#timer = this.#after(Math.ceil(nextMs - nowMs), () => this.#turn());
      return;
    }
    this.#isAtOnce = true;
    setImmediate(() => {
      this.#isAtOnce = false;
      if (this.#end !== undefined) this.#turn();
    });
  }
}
