import { tellOnce } from "./held.ts";
import type { Judging, Verdict } from "./judging.ts";

/** Tells that somebody was let in. */
export function shared(judging: Judging, memory: unknown): Verdict {
  const { event } = judging.task;
  const happenings = event.kind === "shared" ? [{ id: event.share, at: event.at, name: event.name }] : [];
  return tellOnce(judging, memory, "shared", happenings);
}
