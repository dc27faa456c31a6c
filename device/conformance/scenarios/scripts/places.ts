import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { Scenario } from "../scenario.ts";
import type { VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, polygon, settingsOf, square, wavyRing } from "./shapes.ts";

function begin(board: VirtualBoard, geofences: readonly GeofenceSetting[]): void {
  board.boot();
  board.up();
  board.settings(settingsOf(2, geofences));
}

function at(board: VirtualBoard, latE7: number, lonE7: number, seconds: number): void {
  board.latE7 = latE7;
  board.lonE7 = lonE7;
  board.pass(seconds);
}

/** Inside for a while, then away, then back. */
function outAndBack(
  board: VirtualBoard,
  latE7: number,
  lonE7: number,
  awayLatE7: number,
  awayLonE7: number,
): void {
  at(board, latE7, lonE7, 900);
  at(board, awayLatE7, awayLonE7, 900);
  at(board, latE7, lonE7, 900);
}

/** Geofences at places where geometry is difficult. */
export const PLACES: readonly Scenario[] = [
  {
    name: "stays in a circle",
    run(board: VirtualBoard): void {
      begin(board, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]);
      at(board, HOME_LAT_E7, HOME_LON_E7, 3_600);
    },
  },
  {
    name: "leaves a circle and comes back",
    run(board: VirtualBoard): void {
      begin(board, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]);
      outAndBack(board, HOME_LAT_E7, HOME_LON_E7, HOME_LAT_E7 + 60_000, HOME_LON_E7);
    },
  },
  {
    name: "leaves a polygon and comes back",
    run(board: VirtualBoard): void {
      begin(board, [square(0, HOME_LAT_E7, HOME_LON_E7, 10_000)]);
      outAndBack(board, HOME_LAT_E7, HOME_LON_E7, HOME_LAT_E7, HOME_LON_E7 + 90_000);
    },
  },
  {
    name: "crosses the date line within a polygon and leaves it",
    run(board: VirtualBoard): void {
      const south = -170_000_000;
      const west = 1_799_980_000;
      const east = -1_799_980_000;
      begin(board, [polygon(9, [south, west, south, east, south + 40_000, east, south + 40_000, west])]);
      at(board, south + 20_000, 1_799_990_000, 600);
      at(board, south + 20_000, -1_799_990_000, 600);
      at(board, south + 20_000, -1_799_900_000, 900);
    },
  },
  {
    name: "a circle on the date line",
    run(board: VirtualBoard): void {
      begin(board, [circle(1, 654_321_000, -1_800_000_000, 10_000)]);
      at(board, 654_321_000, 1_799_999_990, 600);
      at(board, 654_321_000, -1_799_999_990, 600);
      at(board, 654_321_000, 1_799_800_000, 900);
    },
  },
  {
    name: "far north, where a degree of longitude is ten kilometres",
    run(board: VirtualBoard): void {
      begin(board, [square(4, 845_000_000, 250_000_000, 20_000)]);
      outAndBack(board, 845_000_000, 250_000_000, 845_000_000, 250_200_000);
    },
  },
  {
    name: "the north pole: fixes, and a geofence that is refused",
    run(board: VirtualBoard): void {
      begin(board, [circle(1, 899_999_000, 0, 5_000)]);
      at(board, 900_000_000, 0, 300);
      at(board, 899_999_999, 900_000_000, 300);
      at(board, 899_999_999, -900_000_000, 300);
    },
  },
  {
    name: "the south pole",
    run(board: VirtualBoard): void {
      begin(board, []);
      at(board, -899_999_980, 123_456_789, 300);
      at(board, -899_999_990, -1_234_567_890, 600);
    },
  },
  {
    name: "over equator and Greenwich",
    run(board: VirtualBoard): void {
      begin(board, [square(7, 0, 0, 30_000)]);
      at(board, 20_000, 20_000, 600);
      at(board, -20_000, -20_000, 600);
      at(board, -20_000, 90_000, 900);
    },
  },
  {
    name: "null island is no fix",
    run(board: VirtualBoard): void {
      begin(board, [circle(1, 0, 0, 10_000)]);
      at(board, 0, 0, 600);
      at(board, 400, -400, 600);
    },
  },
  {
    name: "eight geofences, all left at once",
    run(board: VirtualBoard): void {
      const geofences: GeofenceSetting[] = [];
      for (let i = 0; i < 4; i++)
        geofences.push(circle(i, HOME_LAT_E7 + i * 100, HOME_LON_E7, 5_000 + i * 500));
      for (let i = 0; i < 4; i++) {
        geofences.push(square(200 + i, HOME_LAT_E7, HOME_LON_E7 + i * 100, 9_000 + i * 1_000));
      }
      begin(board, geofences);
      outAndBack(board, HOME_LAT_E7, HOME_LON_E7, HOME_LAT_E7 + 80_000, HOME_LON_E7 + 80_000);
    },
  },
  {
    name: "a ring of a hundred corners",
    run(board: VirtualBoard): void {
      begin(board, [wavyRing(5, HOME_LAT_E7, HOME_LON_E7, 20_000, 100)]);
      at(board, HOME_LAT_E7, HOME_LON_E7, 600);
      for (let i = 0; i < 12; i++) at(board, HOME_LAT_E7 + i * 2_500, HOME_LON_E7 - i * 1_700, 120);
    },
  },
  {
    name: "four rings of a hundred corners",
    run(board: VirtualBoard): void {
      const geofences: GeofenceSetting[] = [];
      for (let i = 0; i < 4; i++)
        geofences.push(wavyRing(i, HOME_LAT_E7, HOME_LON_E7 + i * 30_000, 15_000, 100));
      begin(board, geofences);
      for (let i = 0; i < 10; i++) at(board, HOME_LAT_E7, HOME_LON_E7 + i * 10_000, 300);
    },
  },
  {
    name: "along the edge",
    run(board: VirtualBoard): void {
      begin(board, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]);
      at(board, HOME_LAT_E7, HOME_LON_E7, 600);
      for (let i = 0; i < 40; i++) at(board, HOME_LAT_E7 + 6_000 + ((i * 13) % 9) * 300, HOME_LON_E7, 60);
    },
  },
  {
    name: "the widest circle",
    run(board: VirtualBoard): void {
      begin(board, [circle(255, HOME_LAT_E7, HOME_LON_E7, 5_000_000)]);
      at(board, HOME_LAT_E7, HOME_LON_E7, 600);
      for (let i = 1; i <= 10; i++) at(board, HOME_LAT_E7 + i * 480_000, HOME_LON_E7, 180);
      at(board, HOME_LAT_E7 + 4_900_000, HOME_LON_E7, 900);
    },
  },
];
