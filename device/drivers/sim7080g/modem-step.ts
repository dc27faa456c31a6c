import type { AtCommand } from "./at-channel.ts";

/** A command of a script, and what to do when it fails. */
export interface ModemStep extends AtCommand {
  /** Whether the answer is accepted; any is, unless given. */
  readonly accepts?: (answer: string) => boolean;
  /** Number of tries before the script fails; one unless given. */
  readonly tries?: number;
  /** Pause between tries, ms. */
  readonly pauseMs?: number;
  /** Whether ERROR is accepted like OK. */
  readonly mayFail?: boolean;
  /** Number of steps to skip when the answer was accepted. */
  readonly leavesOut?: number;
  /** The reason for which there is no session when it fails. */
  readonly failure?: ModemFailure;
}

/** Why there is no session: for counts and logs. */
export type ModemFailure =
  | "no-answer"
  | "no-sim"
  | "no-network"
  | "no-time"
  | "no-files"
  | "certificate"
  | "refused"
  | "stuck"
  | "restarted"
  | "closed"
  | "broken-stream";

/** Accepts answers that begin with one of these texts. */
export function oneOf(...starts: readonly string[]): (answer: string) => boolean {
  return (answer) => {
    for (const start of starts) if (answer.slice(0, start.length) === start) return true;
    return false;
  };
}
