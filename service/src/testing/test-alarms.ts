import { AlarmEngine } from "../alarms/alarm-engine.ts";
import { ALARM_RULES } from "../alarms/alarm-rules.ts";

/** The real rules, for a test of what they are told. */
export interface TestAlarms {
  readonly alarms: AlarmEngine;
  /** Names of rules that have tripped, each with the tag that it was about, in order. */
  readonly raised: string[];
}

/** All rules, and what they raise. */
export function createTestAlarms(monotonicMs: () => number = () => performance.now()): TestAlarms {
  const raised: string[] = [];
  const alarms = new AlarmEngine({
    rules: ALARM_RULES,
    monotonicMs,
    raise: ({ rule, by: { tag = "" } }) => void raised.push(tag === "" ? rule.name : `${rule.name} ${tag}`),
  });
  return { alarms, raised };
}
