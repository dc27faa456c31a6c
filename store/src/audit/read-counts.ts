import { HourCounts, hourOf } from "@purrimeter/audit/hour-counts";
import type { StoreEvent, TagRead } from "./store-event.ts";

/** Reads of another account that have a row each, of a tag, a kind and an hour; what comes after these is counted. */
const MAX_SINGLE_READS = 60;

function isOwn({ actor, account }: Pick<TagRead, "actor" | "account">): boolean {
  return actor === account;
}

/**
 * When a read is recorded. An owner's first one of an hour is, for each tag and kind, and the count when the hour is over.
 * Each one of somebody else is; whoever asks in a loop is counted from the sixty-first on, so that nobody fills the disk.
 */
export class ReadCounts {
  readonly #counts = new HourCounts<TagRead>();
  readonly #record: (events: readonly StoreEvent[]) => void;

  /** `record` writes rows, or throws. */
  constructor(record: (events: readonly StoreEvent[]) => void) {
    this.#record = record;
  }

  /** `at`: seconds of UTC. Throws when the read cannot be recorded. */
  read(read: TagRead, at: number): void {
    const hour = hourOf(at);
    const { actor, account, tag, kind, goesOn = false } = read;
    const key = `${kind} ${actor} ${account} ${tag}`;
    const times = this.#counts.times(key, hour);
    if (times > 0 && goesOn) return;
    if (times === 0) this.endBefore(this.#counts.isFull ? Infinity : at);
    if (times === 0 || (!isOwn(read) && times < MAX_SINGLE_READS))
      this.#record([{ event: `${kind}.read`, actor, account, subject: tag }]);
    this.#counts.note(key, hour, read);
  }

  /** Records the counts of the hours before that of a time. */
  endBefore(at: number): void {
    const now = hourOf(at);
    this.#end(({ hour }) => hour < now);
  }

  /** Records what an account has read and what was read of it. */
  endOf(owner: string): void {
    this.#end(({ what: { actor, account } }) => owner === actor || owner === account);
  }

  #end(fits: Parameters<HourCounts<TagRead>["end"]>[0]): void {
    this.#counts.end(fits, (ended) => {
      const more = ended.filter(({ what, count }) => count > (isOwn(what) ? 1 : MAX_SINGLE_READS));
      if (more.length > 0)
        this.#record(
          more.map(({ what: { kind, actor, account, tag }, count }) => {
            const event = `${kind}.read-more` as const;
            return { event, actor, account, subject: tag, count };
          }),
        );
    });
  }
}
