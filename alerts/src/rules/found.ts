import { tellOnce } from "./held.ts";
import type { Judging, Verdict } from "./judging.ts";

/** Tells that a finder wrote. */
export function found(judging: Judging, memory: unknown): Verdict {
  const { event } = judging.task;
  const happenings = event.kind === "found" ? [{ id: String(event.report), at: event.at }] : [];
  return tellOnce(judging, memory, "found", happenings);
}
