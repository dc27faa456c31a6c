import type { AtCommand } from "./at-channel.ts";

/** A command of a script, and what to do when it does not go as hoped. */
export interface ModemStep extends AtCommand {
  /** Whether the wanted answer will do; any does unless given. */
  readonly accepts?: (answer: string) => boolean;
  /** How often it is tried before the script has failed; once unless given. */
  readonly tries?: number;
  /** Between tries. */
  readonly pauseMs?: number;
  /** ERROR is as good as OK. */
  readonly mayFail?: boolean;
  /** Where the script goes on when the answer was accepted: this many steps are left out. */
  readonly leavesOut?: number;
  /** Why a session is not had when it fails. */
  readonly failure?: ModemFailure;
}

/** Why there is no session: for counts and for people. */
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

/** Accepts answers that begin with one of these. */
export function oneOf(...starts: readonly string[]): (answer: string) => boolean {
  return (answer) => {
    for (const start of starts) if (answer.slice(0, start.length) === start) return true;
    return false;
  };
}
