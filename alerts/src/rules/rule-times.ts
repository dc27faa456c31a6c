import type { AlertRule } from "@purrimeter/store/alert-rule";
import { endOfWindows, isWithin, nextBeginning } from "./day-windows.ts";
import type { Judging } from "./judging.ts";

/** Whether the rule applies at that moment, seconds of UTC. */
export function applies({ rule, task }: Pick<Judging, "rule" | "task">, atS: number): boolean {
  return rule.schedule === undefined || isWithin(rule.schedule, atS, task.preferences.timeZone);
}

/** When the rule applies again, for one that does not now. */
export function nextApplies({ rule, task, nowS }: Judging): number | undefined {
  return nextBeginning(rule.schedule ?? [], nowS, task.preferences.timeZone);
}

/** When the rule may tell again what can wait: now, or at the end of its quiet hours. */
export function endOfQuiet({ rule, task, nowS }: Judging): number {
  return rule.quiet === undefined ? nowS : endOfWindows(rule.quiet, nowS, task.preferences.timeZone);
}

/** Whether the rule is about that tag. */
export function concernsTag(rule: AlertRule, { tag }: Judging["task"]): boolean {
  return rule.tags === undefined || rule.tags.includes(tag);
}

/** Whether the rule is about that zone, by its key in the state. */
export function concernsZone(rule: AlertRule, key: string): boolean {
  return rule.geofences === undefined || rule.geofences.some((id) => id === key);
}
