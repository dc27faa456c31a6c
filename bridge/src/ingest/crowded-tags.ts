import type { TagId } from "@purrimeter/protocol/values";
import { LruMap } from "@purrimeter/service/lru-map";

/** Between two notes of one tag: what is refused a thousand times a second is written once an hour. */
const NOTE_EVERY_MS = 3_600_000;
const MAX_TAGS = 2_000;

/** Has it noted now and then that a tag's certificate begins too many sessions, however often that happens. */
export class CrowdedTags {
  readonly #noted = new LruMap<TagId, number>(MAX_TAGS);
  readonly #monotonicMs: () => number;
  readonly #note: (tag: TagId) => void;

  constructor(monotonicMs: () => number, note: (tag: TagId) => void) {
    this.#monotonicMs = monotonicMs;
    this.#note = note;
  }

  seen(tag: TagId): void {
    const nowMs = this.#monotonicMs();
    if (nowMs - (this.#noted.get(tag) ?? -Infinity) < NOTE_EVERY_MS) return;
    this.#noted.set(tag, nowMs);
    this.#note(tag);
  }
}
