import { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { TagId } from "@purrimeter/protocol/values";
import type { CommandDraft } from "@purrimeter/store/command";
import { spend } from "../edge/spend.ts";

const HOUR_S = 3_600;

/** Commands to one tag, by everybody. */
const TAG_RATE = { burst: 30, perSecond: 30 / HOUR_S };
/** Of them, those of one viewer. */
const VIEWER_RATE = { burst: 10, perSecond: 10 / HOUR_S };
/** Seconds in which the buzzer of one tag sounds: it is at the cat's ear. */
const BUZZ_RATE = { burst: 300, perSecond: 600 / HOUR_S };

/** Of `stop`, those of one account: each is kept, sent to the collar and answered in its flash. */
const STOP_RATE = { burst: 30, perSecond: 120 / HOUR_S };

/** How often tags are told anything. `stop` is counted apart and by account: nobody may use up what ends a torment. */
export class CommandRates {
  readonly #tags: RateLimiter;
  readonly #viewers: RateLimiter;
  readonly #buzzers: RateLimiter;
  readonly #stops: RateLimiter;

  constructor(monotonicMs: () => number) {
    this.#tags = new RateLimiter(TAG_RATE, monotonicMs);
    this.#viewers = new RateLimiter(VIEWER_RATE, monotonicMs);
    this.#buzzers = new RateLimiter(BUZZ_RATE, monotonicMs);
    this.#stops = new RateLimiter(STOP_RATE, monotonicMs);
  }

  /** Throws a problem when it is too often. `viewer`: who gives it, undefined for the owner. */
  spend(tag: TagId, { kind, seconds }: CommandDraft, viewer: string | undefined): void {
    if (kind === "stop") return spend(this.#stops, `${viewer ?? ""} ${tag}`);
    if (viewer !== undefined) spend(this.#viewers, `${viewer} ${tag}`);
    spend(this.#tags, tag);
    if (kind === "buzz") spend(this.#buzzers, tag, seconds);
  }
}
