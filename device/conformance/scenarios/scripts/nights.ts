import type { Scenario } from "../scenario.ts";
import type { VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, settingsOf } from "./shapes.ts";

/** A cat that sleeps, and one that comes home to a beacon. */
export const NIGHTS: readonly Scenario[] = [
  {
    name: "sleeps the night and goes out in the morning",
    run(board: VirtualBoard): void {
      board.boot();
      board.up();
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      board.isMoving = true;
      board.pass(1_800);
      board.isMoving = false;
      board.pass(8 * 3_600);
      board.isMoving = true;
      board.latE7 = HOME_LAT_E7 + 40_000;
      board.pass(3_600);
    },
  },
  {
    name: "a nap every hour",
    run(board: VirtualBoard): void {
      board.boot();
      board.up();
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      for (let hour = 0; hour < 12; hour++) {
        board.isMoving = hour % 2 === 0;
        board.pass(3_600);
      }
    },
  },
];

/** The same on a board that hears the home beacon. */
export const BEACON_NIGHTS: readonly Scenario[] = [
  {
    name: "at home with a beacon",
    run(board: VirtualBoard): void {
      board.boot();
      board.up();
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      board.isMoving = true;
      board.callsHome = true;
      board.pass(3 * 3_600);
    },
  },
  {
    name: "leaves the beacon, and comes back under a roof",
    run(board: VirtualBoard): void {
      board.boot();
      board.up();
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      board.isMoving = true;
      board.callsHome = true;
      board.pass(3_600);
      board.callsHome = false;
      board.latE7 = HOME_LAT_E7 - 50_000;
      board.pass(3_600);
      board.latE7 = HOME_LAT_E7;
      board.callsHome = true;
      board.hasSky = false;
      board.pass(3_600);
    },
  },
];
