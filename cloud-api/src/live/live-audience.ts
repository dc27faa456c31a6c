import { LiveFrames } from "./live-frames.ts";
import type { LiveStream } from "./live-stream.ts";

/** The streams of one account that follow the same: one right, and one read of news, serve them all. */
export class LiveAudience {
  readonly key: string;
  readonly account: string;
  readonly streams = new Set<LiveStream>();
  readonly frames = new LiveFrames();
  /** When the right to see was asked for last. */
  checkedMs: number;

  constructor(key: string, account: string, nowMs: number) {
    this.key = key;
    this.account = account;
    this.checkedMs = nowMs;
  }

  /** All that one of its streams follows: one that was opened just now may know of more. */
  ownerships(): ReadonlySet<number> {
    const ownerships = new Set<number>();
    let last: LiveStream["followed"] | undefined;
    for (const { followed } of this.streams) {
      // After a look all of them hold the same list.
      if (followed !== last) for (const { ownership } of followed) ownerships.add(ownership);
      last = followed;
    }
    return ownerships;
  }
}
