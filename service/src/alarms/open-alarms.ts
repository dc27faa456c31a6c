import { appendFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { errorCode, type Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Time } from "../time/time.ts";
import { AlarmEngine, type Alarm } from "./alarm-engine.ts";
import type { AlarmLine } from "./alarm-line.ts";
import type { Severity } from "./alarm-rule.ts";
import { ALARM_RULES } from "./alarm-rules.ts";

/** What a process raises alarms with. */
export interface OpenAlarmsOptions {
  /** Its name. */
  readonly process: string;
  /** File that takes a line for each alarm, for the process that tells operators; nobody is told without it. */
  readonly spool: string | undefined;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "counter">;
  readonly time: Time;
}

const LEVELS = { notice: "info", warning: "warn", critical: "error" } as const satisfies Record<
  Severity,
  keyof Log
>;

/** The rules of security over what this process sees. An alarm is in log, metrics and spool when `observe` returns. */
export function openAlarms({ process, spool, log, metrics, time }: OpenAlarmsOptions): AlarmEngine {
  const counter = metrics.counter({ name: "alarms_total", help: "Alarms by rule.", labels: ["rule"] });
  const raise = (alarm: Alarm): void => {
    const { name, severity } = alarm.rule;
    counter.inc({ rule: name });
    // The account is in the trail, by its pseudonym: a log names no person.
    const tag = alarm.by.tag === "" ? undefined : alarm.by.tag;
    const fields = { event: "security.alarm", reason: name, count: 1 + alarm.more };
    log[LEVELS[severity]]("a rule of security has tripped", {
      ...fields,
      ...(tag !== undefined && { tag }),
    });
    if (spool !== undefined) write(spool, lineOf(process, alarm, time.utcS()), log);
  };
  return new AlarmEngine({ rules: ALARM_RULES, monotonicMs: () => time.monotonicMs(), raise });
}

function lineOf(process: string, { rule, by, more }: Alarm, at: number): AlarmLine {
  return { id: randomUUID(), at, process, rule: rule.name, severity: rule.severity, more, ...by };
}

/** One write, so that lines of several processes do not mix. A full disk keeps no process from serving. */
function write(spool: string, line: AlarmLine, log: Log): void {
  try {
    appendFileSync(spool, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (error) {
    log.error("operators are not told of an alarm", { event: "alarm.unwritten", code: errorCode(error) });
  }
}
