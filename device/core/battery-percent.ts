import type { Battery } from "./ports.ts";

/** What the gauge says, 0 to 100: a wrong one must not lead to a report that the cloud refuses. */
export function batteryPercent(battery: Battery): number {
  const percent = Math.round(battery.percent());
  return percent >= 0 ? Math.min(percent, 100) : 0;
}
