import type { Scenario } from "../scenario.ts";
import type { VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, settingsOf, wavyRing } from "./shapes.ts";

function again(board: VirtualBoard): void {
  board.boot();
  if (board.isRunning()) board.up();
}

/** Runs the tag until the power fails, then starts it again; `step` bytes later every time. */
function cutEvery(board: VirtualBoard, times: number, step: number, tornBits: number): void {
  for (let i = 0; i < times; i++) {
    again(board);
    board.cutAfter(i * step, tornBits);
    board.settings(settingsOf(2 + i, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
    board.latE7 = HOME_LAT_E7 + (i % 4 === 3 ? 50_000 : 0);
    board.pass(400);
  }
  again(board);
  board.pass(600);
}

/** Cuts the power of a flash that is new, at byte after byte of its first start. */
function cutFirstStart(board: VirtualBoard, from: number, to: number, step: number): void {
  for (let bytes = from; bytes < to; bytes += step) {
    board.cutAfter(bytes, 0);
    board.boot();
  }
}

/** Flash with power cuts, flipped bits or foreign content. */
export const CUTS: readonly Scenario[] = [
  {
    name: "power cuts at every byte of a day's first record",
    run(board: VirtualBoard): void {
      for (let bytes = 0; bytes < 30; bytes++) {
        again(board);
        board.cutAfter(bytes, 0xff);
        board.pass(70);
      }
      again(board);
      board.pass(300);
    },
  },
  {
    name: "power cuts at every byte of a record, the cell half programmed",
    run(board: VirtualBoard): void {
      for (let bytes = 0; bytes < 30; bytes++) {
        again(board);
        board.cutAfter(bytes, 0xaa);
        board.pass(70);
      }
      again(board);
      board.pass(300);
    },
  },
  {
    name: "power cuts while settings are written",
    run(board: VirtualBoard): void {
      cutEvery(board, 30, 37, 0xff);
    },
  },
  {
    name: "power cuts while settings are written, cells at zero",
    run(board: VirtualBoard): void {
      cutEvery(board, 24, 211, 0);
    },
  },
  {
    name: "power cuts while long settings are written",
    run(board: VirtualBoard): void {
      for (let i = 0; i < 12; i++) {
        again(board);
        board.cutAfter(3_900 + i * 97, 0x55);
        board.settings(settingsOf(2 + i, [wavyRing(1, HOME_LAT_E7, HOME_LON_E7, 15_000, 100)]));
        board.pass(130);
      }
      again(board);
      board.pass(600);
    },
  },
  {
    name: "power cuts while pages are opened",
    run(board: VirtualBoard): void {
      for (let i = 0; i < 40; i++) {
        again(board);
        board.cutAfter(300 + i * 23, i % 2 === 0 ? 0xff : 0);
        board.pass(1_500);
      }
      again(board);
      board.pass(900);
    },
  },
  {
    name: "power cuts in the first start on a new flash",
    run(board: VirtualBoard): void {
      cutFirstStart(board, 0, 700, 29);
      again(board);
      board.pass(300);
    },
  },
  {
    name: "a restart every ten minutes",
    run(board: VirtualBoard): void {
      for (let i = 0; i < 40; i++) {
        again(board);
        board.pass(600);
      }
    },
  },
  {
    name: "bits that turn over",
    run(board: VirtualBoard): void {
      again(board);
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      board.answers = false;
      board.pass(7_200);
      for (let i = 0; i < 60; i++) board.flash.flipBit((i * 7) % 24, (i * 113) % 512, i % 8);
      board.answers = true;
      again(board);
      board.pass(1_800);
    },
  },
  {
    name: "a flash full of somebody else's bytes",
    run(board: VirtualBoard): void {
      let state = 12_345;
      const page = new Uint8Array(board.flash.pageBytes);
      for (let index = 0; index < board.flash.pageCount; index++) {
        for (let i = 0; i < page.length; i++) {
          state = (state * 1_103 + 12_345) % 65_536;
          page[i] = state >> 8;
        }
        board.flash.write(index, 0, page);
      }
      again(board);
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      board.pass(3_600);
    },
  },
];

/** On a board whose journal is full soon. */
export const FULL_JOURNALS: readonly Scenario[] = [
  {
    name: "a full journal of fixes",
    run(board: VirtualBoard): void {
      board.boot();
      board.pass(6 * 3_600);
      board.up();
      board.pass(900);
    },
  },
  {
    name: "a full journal that keeps its transitions",
    run(board: VirtualBoard): void {
      board.boot();
      board.hear("settings", new Uint8Array(0));
      board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
      for (let i = 0; i < 16; i++) {
        board.latE7 = HOME_LAT_E7 + (i % 2 === 0 ? 0 : 60_000);
        board.pass(1_200);
      }
      board.up();
      board.pass(1_200);
    },
  },
  {
    name: "a full journal and restarts",
    run(board: VirtualBoard): void {
      for (let i = 0; i < 30; i++) {
        board.boot();
        board.pass(1_300);
      }
      board.up();
      board.pass(900);
    },
  },
];
