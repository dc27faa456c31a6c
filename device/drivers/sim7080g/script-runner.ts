import type { Clock } from "../../core/ports.ts";
import type { AtCommand, AtOutcome } from "./at-channel.ts";
import type { ModemFailure, ModemStep } from "./modem-step.ts";

/** What a runner needs from its owner. */
export interface ScriptHost {
  run(command: AtCommand): void;
  /** Every step is done. */
  scriptDone(): void;
  scriptFailed(failure: ModemFailure, answer: string): void;
}

/** Runs the steps of a script, each with its number of tries. */
export class ScriptRunner {
  private readonly clock: Clock;
  private readonly host: ScriptHost;
  private steps: readonly ModemStep[] = [];
  private at = 0;
  private tries = 0;
  private retryAtMs = Infinity;

  constructor(clock: Clock, host: ScriptHost) {
    this.clock = clock;
    this.host = host;
  }

  start(steps: readonly ModemStep[]): void {
    this.steps = steps;
    this.at = 0;
    this.tries = 0;
    this.runStep();
  }

  /** As `start`, after a wait. */
  startIn(ms: number, steps: readonly ModemStep[]): void {
    this.steps = steps;
    this.at = 0;
    this.tries = 0;
    this.retryAtMs = this.clock.monotonicMs() + ms;
  }

  stop(): void {
    this.steps = [];
    this.retryAtMs = Infinity;
  }

  /** The command of the current step has ended. */
  ended(outcome: AtOutcome, answer: string): void {
    const step = this.steps[this.at];
    if (step === undefined) return;
    const isGood = outcome === "ok" && (step.accepts === undefined || step.accepts(answer));
    this.tries++;
    if (isGood) this.go(step.leavesOut ?? 0);
    else if (outcome === "stuck") this.fail("stuck", answer);
    else if (outcome === "error" && step.mayFail === true) this.go(0);
    else if (this.tries < (step.tries ?? 1)) this.again(step.pauseMs ?? 0);
    else if (step.mayFail === true) this.go(0);
    else this.fail(step.failure ?? "no-answer", answer);
  }

  /** To be called at `nextWakeMs`. */
  tick(): void {
    if (this.clock.monotonicMs() >= this.retryAtMs) this.runStep();
  }

  nextWakeMs(): number {
    return this.retryAtMs;
  }

  private go(leftOut: number): void {
    this.at += 1 + leftOut;
    this.tries = 0;
    this.runStep();
  }

  private again(pauseMs: number): void {
    if (pauseMs === 0) this.runStep();
    else this.retryAtMs = this.clock.monotonicMs() + pauseMs;
  }

  private runStep(): void {
    this.retryAtMs = Infinity;
    const step = this.steps[this.at];
    if (step !== undefined) return this.host.run(step);
    this.stop();
    this.host.scriptDone();
  }

  private fail(failure: ModemFailure, answer: string): void {
    this.stop();
    this.host.scriptFailed(failure, answer);
  }
}
