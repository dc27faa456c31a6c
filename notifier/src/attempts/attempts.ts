import type { Metrics } from "@purrimeter/service/metrics";
import type { Time } from "@purrimeter/service/time";
import { ATTEMPT_DEADLINE_MS, type Attempt, type AttemptResult, type Endpoint } from "../attempt.ts";
import type { Channels } from "../channels/channel.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { Lanes, type LaneLimits } from "./lanes.ts";

/** To one host, or to the mail server. Fewer than a caller's connections, so that a host that hangs leaves most of them. */
const PER_HOST: LaneLimits = { active: 16, waiting: 48 };

/** How long an answer's body may go on after its result is known. */
const REST_MS = 1_000;

/** What attempts are made with. */
export interface AttemptsOptions {
  readonly channels: Channels;
  readonly metrics: Pick<Metrics, "counter" | "durations">;
  /** Told of every result. */
  readonly onResult: AttemptLog;
  readonly time: Time;
}

/** Makes attempts, each with one deadline for everything. Remembers nothing of them. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #lanes = new Lanes(PER_HOST);
  readonly #underWay = new Set<AbortController>();
  readonly #counter;
  readonly #durations;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#counter = metrics.counter({
      name: "attempts_total",
      help: "Attempts by kind of channel and outcome.",
      labels: ["channel", "outcome"],
    });
    this.#durations = metrics.durations({
      name: "attempt_seconds",
      help: "From the call to its result, waiting for others to the same host included.",
      labels: ["channel"],
    });
  }

  /** How the attempt went; "busy" when it was not made because too many to the same host are under way. */
  async make(attempt: Attempt): Promise<AttemptResult | "busy"> {
    const { onResult, time } = this.#options;
    const { kind } = attempt.endpoint;
    const ended = new AbortController();
    this.#underWay.add(ended);
    const beganMs = time.monotonicMs();
    const cancel = time.after(ATTEMPT_DEADLINE_MS, () => ended.abort());
    try {
      const result = await this.#lanes.run(laneOf(attempt.endpoint), ended.signal, () =>
        this.#send(attempt, ended.signal),
      );
      this.#counter.inc({ channel: kind, outcome: result === "busy" ? result : result.outcome });
      if (result !== "busy") onResult(kind, result);
      return result;
    } finally {
      this.#durations.observe({ channel: kind }, (time.monotonicMs() - beganMs) / 1_000);
      cancel();
      time.after(REST_MS, () => this.#end(ended), { background: true });
    }
  }

  /** Ends what is under way; who asked for it asks again, later. */
  close(): void {
    for (const ended of [...this.#underWay]) this.#end(ended);
  }

  #end(attempt: AbortController): void {
    this.#underWay.delete(attempt);
    attempt.abort();
  }

  #send({ id, endpoint, message }: Attempt, signal: AbortSignal): Promise<AttemptResult> {
    const { channels } = this.#options;
    switch (endpoint.kind) {
      case "email":
        return channels.email({ id, endpoint, message, signal });
      case "webhook":
        return channels.webhook({ id, endpoint, message, signal });
      case "push":
        return channels.push({ id, endpoint, message, signal });
      case "ntfy":
        return channels.ntfy({ id, endpoint, message, signal });
    }
  }
}

/** All mail goes through one server. An address that is none is refused before anything is dialled. */
function laneOf(endpoint: Endpoint): string {
  return endpoint.kind === "email" ? "email" : (URL.parse(endpoint.url)?.host ?? "none");
}
