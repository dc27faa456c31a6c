import { ProblemError } from "@purrimeter/service/problem";
import type { RateLimiter } from "@purrimeter/service/rate-limiter";
import { problem } from "./problem.ts";

/** Counts one request under a key; throws a problem `too-many-requests`. */
export function spend(rates: RateLimiter, key: string, count = 1): void {
  const waitS = rates.take(key, count);
  if (waitS === 0) return;
  const detail = `Try again in ${waitS} s.`;
  throw new ProblemError(problem("too-many-requests", detail), { "Retry-After": String(waitS) });
}
