import { REPORTS_PER_SECOND } from "@purrimeter/protocol/limits";
import { Pace } from "./pace.ts";
import { SimulatedTag, type SimulatedTagOptions } from "./simulated-tag.ts";

/** When and how fast a member lives. */
export interface LifePlan {
  /** Times as fast as real time; Infinity = as fast as acknowledgements allow. */
  readonly speed: number;
  /** UTC at which its past ends, whole seconds. */
  readonly endsAt: number;
  /** Whether it goes on living in real time afterwards. */
  readonly keepsLiving: boolean;
  readonly utcMs: () => number;
  readonly monotonicMs: () => number;
}

/** A tag that hurries through its past still keeps within what the bridge takes of one tag. */
const REPORT_GAP_MS = 1_000 / REPORTS_PER_SECOND;

/** Most events in one turn, so that others and the network get theirs. */
const EVENTS_A_TURN = 100;

/** A tag of a fleet: its life against real time. */
export class FleetMember {
  readonly tag: SimulatedTag;
  hasStarted = false;
  /** It has lived its past and everything of it is acknowledged. */
  isCaughtUp = false;
  readonly #plan: LifePlan;
  readonly #pace: Pace;
  readonly #startMs: number;
  readonly #endMs: number;
  #hasEnded = false;
  #hasFlushed = false;
  #reports = 0;
  #restUntilMs = 0;

  /** `onChange` is told when the network changed when the member's next turn is due. */
  constructor(options: SimulatedTagOptions, plan: LifePlan, onChange: (member: FleetMember) => void) {
    this.#plan = plan;
    this.#startMs = options.life.startsAt * 1000;
    this.#endMs = plan.endsAt * 1000 - this.#startMs;
    this.#pace = new Pace(plan.speed, plan.monotonicMs(), () => this.#limitMs());
    this.tag = new SimulatedTag(
      options,
      () => this.#catchUp(),
      () => {
        this.#settle();
        onChange(this);
      },
    );
  }

  /** Its past has ended, or in real time the present. */
  #limitMs(): number {
    if (this.#plan.keepsLiving) return this.#plan.utcMs() - this.#startMs;
    return this.#hasEnded ? Infinity : this.#endMs;
  }

  /** Share of its past that it has lived, 0 to 1. */
  get lived(): number {
    return this.#endMs <= 0 ? 1 : Math.min(1, this.tag.clock.nowMs / this.#endMs);
  }

  /** Nothing is left to do. */
  get isDone(): boolean {
    return !this.#plan.keepsLiving && this.isCaughtUp;
  }

  start(): void {
    this.hasStarted = true;
    this.#pace.moveTo(0, this.#plan.monotonicMs(), false);
    this.tag.start();
    this.#settle();
  }

  /** Held time runs with real time before the firmware hears of an event; free time at full speed stays where it is. */
  #catchUp(): void {
    const virtualMs = this.#pace.virtualMs(this.#plan.monotonicMs());
    if (this.tag.isWaiting || this.#plan.speed !== Infinity)
      this.tag.runUntil(virtualMs, false, EVENTS_A_TURN);
  }

  /** Lives until now, or as long as its turn lasts. Returns when the next turn is due, in real time. */
  turn(): number {
    const virtualMs = this.#pace.virtualMs(this.#plan.monotonicMs());
    this.tag.runUntil(virtualMs, !this.tag.isWaiting && this.#plan.speed > 1, EVENTS_A_TURN);
    this.#settle();
    return this.dueMs();
  }

  /** When the next turn is due, in real time; Infinity when there is none. */
  dueMs(): number {
    if (!this.hasStarted || this.isDone) return Infinity;
    const nextMs = Math.min(this.tag.nextMs(), this.#hasEnded ? Infinity : Math.max(this.#endMs, 0));
    return Math.max(this.#pace.dueMs(nextMs, this.#plan.monotonicMs()), this.#restUntilMs);
  }

  #settle(): void {
    const { tag } = this;
    if (!this.#hasEnded && tag.clock.nowMs >= this.#endMs) this.#end();
    if (this.#hasEnded && !this.isCaughtUp) this.#flush();
    const realMs = this.#plan.monotonicMs();
    if (tag.reports !== this.#reports) this.#restUntilMs = realMs + REPORT_GAP_MS;
    this.#reports = tag.reports;
    this.#pace.moveTo(tag.clock.nowMs, realMs, tag.isWaiting);
  }

  /** What the past left in the journal goes out now, not when the next report would be due. */
  #flush(): void {
    const { tag } = this;
    if (tag.stats.pending === 0) this.isCaughtUp = true;
    else if (!this.#hasFlushed && tag.isUp && !tag.isWaiting) {
      this.#hasFlushed = true;
      tag.flush();
    }
  }

  #end(): void {
    this.#hasEnded = true;
    if (this.#plan.keepsLiving) return;
    this.#pace.changeSpeed(Infinity);
    this.tag.endLife();
  }
}
