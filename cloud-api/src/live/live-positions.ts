import { z } from "@hono/zod-openapi";
import type { NewsHead } from "@purrimeter/store/live-news";
import type { Cursors } from "../lists/cursors.ts";

/** How long a client may have been away, in seconds, and miss nothing. */
const RESUMED_S = 3_600;

/** Another server's clock may be ahead of ours by this. */
const AHEAD_S = 60;

/** How far a stream has told. */
export interface LivePosition extends Pick<NewsHead, "reports" | "commands" | "alerts"> {
  /** Digest of the tags' settings as they were told last; "" before. */
  readonly told: string;
}

const count = z.int().min(0);
const sealedSchema = z.tuple([z.literal(1), count, count, count, count, count, count, z.string().max(16)]);

/** Whose stream, and of which tag if it is one tag's. */
export interface LiveScope {
  readonly owner: string;
  readonly tag?: string;
}

/**
 * Positions as ids of events. They come back from clients, so they are sealed: nobody makes one up, uses that of another
 * account or learns from one how much the service stores.
 */
export class LivePositions {
  readonly #cursors: Cursors;
  readonly #now: () => number;

  constructor(cursors: Cursors, now: () => number) {
    this.#cursors = cursors;
    this.#now = now;
  }

  /** The id of an event. */
  seal(scope: LiveScope, { reports, commands, alerts, told }: LivePosition): string {
    const { report, number, cut } = reports;
    const position = [1, this.#now(), report, number, cut, commands, alerts, told];
    return this.#cursors.seal({ route: "live", ...scope }, position);
  }

  /** Why nothing can be resumed there, or the position. */
  open(scope: LiveScope, id: string): LivePosition | "unknown" | "too-old" {
    const { success, data } = sealedSchema.safeParse(this.#cursors.find({ route: "live", ...scope }, id));
    if (!success) return "unknown";
    const [, at, report, number, cut, commands, alerts, told] = data;
    const ageS = this.#now() - at;
    if (ageS > RESUMED_S || ageS < -AHEAD_S) return "too-old";
    return { reports: { report, number, cut }, commands, alerts, told };
  }
}
