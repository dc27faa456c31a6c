import type { Time } from "@purrimeter/service/time";

/** While reports wait for their acknowledgements, one piece of work runs in this time: a 20th of a core at the very most. */
const BUSY_PAUSE_MS = 250;

/** The acknowledgements that are ready leave first. */
const FIRST_PAUSE_MS = 5;

/** Runs work one piece a turn of the event loop, after what waits for an answer. What is left when the process ends is lost. */
export interface IdleQueue {
  readonly defer: (work: () => void) => void;
  /** Something that must not wait runs until the promise settles. */
  busyWith<T>(promise: Promise<T>): Promise<T>;
}

export function createIdleQueue(time: Pick<Time, "after">): IdleQueue {
  const works: (() => void)[] = [];
  let busy = 0;
  let isWaiting = false;
  const turn = (): void => {
    works.shift()?.();
    isWaiting = works.length > 0;
    if (isWaiting) time.after(busy > 0 ? BUSY_PAUSE_MS : 0, turn, { background: true });
  };
  return {
    defer: (work) => {
      works.push(work);
      if (isWaiting) return;
      isWaiting = true;
      time.after(busy > 0 ? BUSY_PAUSE_MS : FIRST_PAUSE_MS, turn, { background: true });
    },
    busyWith: (promise) => {
      busy++;
      const done = (): void => void busy--;
      promise.then(done, done);
      return promise;
    },
  };
}
