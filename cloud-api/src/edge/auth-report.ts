import type { Log } from "@purrimeter/service/log";
import type { Metrics } from "@purrimeter/service/metrics";
import { StateLog } from "@purrimeter/service/state-log";
import type { StateFailure } from "@purrimeter/service/state-log";

/** What cloud-api asks the authentication service for itself. */
type OwnQuestion = "keys" | "ended-sessions" | "erasures";

/** Told how calls of the authentication service went. */
export interface AuthReport {
  answered(): void;
  /** It was not reached, not trusted, too slow, or its answer cannot be read. */
  failed(failure: StateFailure & { readonly kind: string }): void;
  /** Whether the answer to a question of ours was what the contract says. */
  understood(question: OwnQuestion, isUnderstood: boolean): void;
}

/** Logs each change between success and failure with its reason, and counts all failures. */
export function createAuthReport(log: Log, metrics: Metrics, monotonicMs: () => number): AuthReport {
  const failures = metrics.counter({
    name: "auth_failures_total",
    help: "Calls of the authentication service without a usable answer.",
    labels: ["kind", "reason"],
  });
  const stateOf = (event: string, failed: string, recovered: string): StateLog =>
    new StateLog(log, { event, failed, recovered }, monotonicMs);
  const calls = stateOf(
    "auth",
    "the authentication service does not answer",
    "the authentication service answers",
  );
  const questions: Record<OwnQuestion, StateLog> = {
    keys: stateOf("auth.keys", "the signing keys cannot be used", "the signing keys can be used"),
    "ended-sessions": stateOf(
      "auth.ended-sessions",
      "ended sessions are not known",
      "ended sessions are known",
    ),
    erasures: stateOf("auth.erasures", "closed accounts are not known", "closed accounts are known"),
  };
  return {
    answered: () => calls.succeeded(),
    failed: ({ kind, reason, code }) => {
      failures.inc({ kind, reason });
      calls.failed({ reason, code });
    },
    understood: (question, isUnderstood) => {
      if (isUnderstood) return questions[question].succeeded();
      const reason = "answer does not fit the contract";
      failures.inc({ kind: "unexpected", reason });
      questions[question].failed({ reason, code: "none" });
    },
  };
}
