import type { Scenario, Track } from "../scenario.ts";
import type { VirtualBoard } from "../virtual-board.ts";
import { circle, settingsOf, square } from "./shapes.ts";

/** Interval at which the board gets the place of the cat, which walks straight between two fixes of the logger. */
const PACE_S = 20;

/** A cat that gets farther than this (some 3 m) between two fixes of its logger moves. */
const MOVES_E7 = 300;

function between(from: number, to: number, part: number): number {
  return Math.floor(from + (to - from) * part);
}

function walk(board: VirtualBoard, track: Track, i: number): void {
  const fromS = track.atS[i] as number;
  const seconds = (track.atS[i + 1] as number) - fromS;
  const fromLatE7 = track.latE7[i] as number;
  const fromLonE7 = track.lonE7[i] as number;
  const latE7 = track.latE7[i + 1] as number;
  const lonE7 = track.lonE7[i + 1] as number;
  board.isMoving = Math.abs(latE7 - fromLatE7) + Math.abs(lonE7 - fromLonE7) > MOVES_E7;
  for (let passed = 0; passed < seconds; passed += PACE_S) {
    board.latE7 = between(fromLatE7, latE7, passed / seconds);
    board.lonE7 = between(fromLonE7, lonE7, passed / seconds);
    board.pass(Math.min(PACE_S, seconds - passed));
  }
}

/** Recorded cats. */
export const CAT_WEEKS: readonly Scenario[] = [
  {
    name: "a week of a real cat",
    run(board: VirtualBoard, track: Track): void {
      const latE7 = track.latE7[0] as number;
      const lonE7 = track.lonE7[0] as number;
      board.boot();
      board.up();
      board.settings(settingsOf(2, [circle(1, latE7, lonE7, 7_500), square(2, latE7, lonE7, 8_000)]));
      for (let i = 0; i + 1 < track.atS.length; i++) {
        if (i % 100 === 50) board.down();
        if (i % 100 === 60) board.up();
        walk(board, track, i);
      }
    },
  },
];
