import { LruMap } from "../limits/lru-map.ts";
import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { AlarmEvent, AlarmRule, Observation } from "./alarm-rule.ts";
import { CountedKeys } from "./counted-keys.ts";

/** Keys that have tripped a rule and are quiet. */
const MAX_QUIET = 10_000;

/** Alarms of one rule: whoever trips it with a thousand keys must not send a thousand mails. */
const PER_RULE = { burst: 10, perSecond: 10 / 3_600 };

/** A rule has tripped. */
export interface Alarm {
  readonly rule: AlarmRule;
  /** What is known of who caused it, as the observation said it. */
  readonly by: Pick<Observation, "account" | "network" | "tag">;
  /** Other keys that have tripped the rule and of which no alarm was raised, since the last alarm. */
  readonly more: number;
}

/** What tells the engine what happens. */
export type Alarms = Pick<AlarmEngine, "observe">;

/** What an engine is made of. */
export interface AlarmEngineOptions {
  readonly rules: readonly AlarmRule[];
  readonly monotonicMs: () => number;
  readonly raise: (alarm: Alarm) => void;
}

interface WatchedRule {
  readonly rule: AlarmRule;
  readonly counted: CountedKeys;
  /** Until when a key is quiet, in ms of monotonic time. */
  readonly quiet: LruMap<string, number>;
  readonly bucket: ReturnType<typeof createTokenBucket>;
  more: number;
}

/** Holds what happens against the rules, at once, in bounded memory. */
export class AlarmEngine {
  readonly #options: AlarmEngineOptions;
  readonly #byEvent = new Map<AlarmEvent, WatchedRule[]>();

  constructor(options: AlarmEngineOptions) {
    this.#options = options;
    for (const rule of options.rules) {
      const watched = this.#watch(rule);
      this.#byEvent.set(rule.event, [...(this.#byEvent.get(rule.event) ?? []), watched]);
    }
  }

  /** Counts what happened and raises the alarms that follow from it. Never throws unless `raise` does. */
  observe(observation: Observation): void {
    for (const watched of this.#byEvent.get(observation.event) ?? []) this.#count(watched, observation);
  }

  #watch(rule: AlarmRule): WatchedRule {
    const onForgotten = (): void => {
      this.observe({ event: "keys.forgotten" });
    };
    const counted = new CountedKeys({
      threshold: rule.threshold,
      windowMs: rule.windowS * 1_000,
      onForgotten,
    });
    return { rule, counted, quiet: new LruMap(MAX_QUIET), bucket: createTokenBucket(), more: 0 };
  }

  #count(watched: WatchedRule, observation: Observation): void {
    const { rule, counted, quiet } = watched;
    const key = rule.key === "installation" ? "" : observation[rule.key];
    if (key === undefined) return;
    const nowMs = this.#options.monotonicMs();
    if (nowMs < (quiet.get(key) ?? 0)) return;
    const object = rule.distinct === undefined ? undefined : (observation[rule.distinct] ?? "");
    if (!counted.count(key, object, nowMs)) return;
    quiet.set(key, nowMs + rule.quietS * 1_000);
    this.#trip(watched, observation, nowMs);
  }

  #trip(watched: WatchedRule, observation: Observation, nowMs: number): void {
    const { rule, bucket, more } = watched;
    if (takeToken(bucket, PER_RULE, nowMs) > 0) {
      watched.more += 1;
      return;
    }
    watched.more = 0;
    this.#options.raise({ rule, by: knownOf(rule, observation), more });
  }
}

/** The key, and what belongs to it; not what merely came with the last event. */
function knownOf({ key }: AlarmRule, { account, network, tag }: Observation): Alarm["by"] {
  switch (key) {
    case "account":
      return { account };
    case "network":
      return { network };
    case "tag":
      return { tag };
    case "installation":
      return {};
  }
}
