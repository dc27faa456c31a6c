import type { VirtualBoard } from "./virtual-board.ts";

/** Where a cat was, in order of time: seconds since the start, and E7. */
export interface Track {
  readonly atS: readonly number[];
  readonly latE7: readonly number[];
  readonly lonE7: readonly number[];
}

/** Events of a tag; the board records what the tag does. Every engine must give the same transcript. */
export interface Scenario {
  readonly name: string;
  /** `track` is the recorded cat's; empty where there is none. */
  run(board: VirtualBoard, track: Track): void;
}
