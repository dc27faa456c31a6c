import { utcDay } from "../utc-day.ts";
import type { Doubt } from "./doubt.ts";

/** UTC day from which retention counts: of an entry with a doubted time, or without time, the day of its arrival. */
export function keepDayOf(at: number, doubt: Doubt | undefined, receivedAt: number): number {
  const isDoubted = doubt === "future" || doubt === "too-old" || at === 0;
  return isDoubted ? utcDay(receivedAt) : utcDay(at);
}
