import { CLOCK_DIFFERENCE_S } from "../recording/entries-from.ts";

/**
 * Where a share begins to show: now, or after the newest believed fix when its time, which is the receiver's, says that the
 * server's clock is behind: nothing of earlier days shows. UTC in seconds.
 */
export function shareBeginsAt(now: number, newestFix: { readonly latest_at: number } | undefined): number {
  const fixAt = newestFix?.latest_at ?? 0;
  return now + CLOCK_DIFFERENCE_S < fixAt ? fixAt + 1 : now;
}
