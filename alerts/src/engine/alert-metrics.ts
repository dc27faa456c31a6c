import type { Metrics } from "@purrimeter/service/metrics";
import type { AlertDraft, DeliveryResult, DeliveryTask } from "@purrimeter/store/alert-work";

/** Counts and durations of what is decided and delivered. */
export interface AlertMetrics {
  decided(draft: AlertDraft): void;
  /** `beganMs`, `endedMs`: of the attempt, ms of UTC. */
  attempted(task: DeliveryTask, result: DeliveryResult, beganMs: number, endedMs: number): void;
  waiting(rows: { readonly tasks: number; readonly deliveries: number }): void;
  /** How long what is due longest has been due, seconds. */
  lag(seconds: number): void;
}

/** Stages between the tag's decision and the first channel that took the alert. */
const STAGES = ["tag", "arrival", "handing", "report-to-attempt", "delivery"] as const;

export function alertMetrics(metrics: Metrics): AlertMetrics {
  const alerts = metrics.counter({ name: "alerts_total", help: "Alerts by kind.", labels: ["kind"] });
  const labels = ["channel", "outcome"] as const;
  const deliveries = metrics.counter({
    name: "deliveries_total",
    help: "Attempts by channel and outcome.",
    labels,
  });
  const stages = metrics.durations({
    name: "stage_seconds",
    help: `Time of alerts by stage: ${STAGES.join(", ")}.`,
    labels: ["stage"],
  });
  const tasks = metrics.gauge({ name: "waiting_events", help: "Events that wait to be judged." });
  const rows = metrics.gauge({ name: "waiting_deliveries", help: "Deliveries that wait for their time." });
  const lag = metrics.gauge({ name: "lag_seconds", help: "How long what is due longest has been due." });
  const observe = (
    stage: (typeof STAGES)[number],
    fromMs: number | undefined,
    toMs: number | undefined,
  ): void => {
    if (fromMs !== undefined && toMs !== undefined && toMs >= fromMs)
      stages.observe({ stage }, (toMs - fromMs) / 1_000);
  };
  return {
    decided: ({ kind, stages: { decidedAt, sentAt, storedAt } }) => {
      alerts.inc({ kind });
      observe("tag", decidedAt, sentAt);
      observe("arrival", sentAt, storedAt);
    },
    attempted: ({ alert, attempts, endpoint, proofCode }, { kind: outcome }, beganMs, endedMs) => {
      deliveries.inc({ channel: endpoint?.kind ?? "account-mail", outcome });
      if (attempts > 0 || proofCode !== undefined) return;
      observe("handing", alert.stages.storedAt, beganMs);
      observe("report-to-attempt", alert.stages.sentAt, beganMs);
      if (outcome === "delivered") observe("delivery", beganMs, endedMs);
    },
    waiting: (counts) => {
      tasks.set(counts.tasks);
      rows.set(counts.deliveries);
    },
    lag: (seconds) => lag.set(seconds),
  };
}
