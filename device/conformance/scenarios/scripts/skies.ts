import type { Scenario } from "../scenario.ts";
import { NOON_S, type VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, settingsOf } from "./shapes.ts";

/** GPS counts weeks in ten bits. */
const ROLLOVER_S = 1_024 * 7 * 86_400;

function begin(board: VirtualBoard): void {
  board.boot();
  board.up();
  board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
}

/** Feeds a line every five seconds. */
function lines(board: VirtualBoard, seconds: number, text: (i: number) => string): void {
  for (let i = 0; i * 5 < seconds; i++) {
    board.pass(5);
    board.line(text(i));
  }
}

/** What receivers send, and do not send. */
export const SKIES: readonly Scenario[] = [
  {
    name: "a receiver that says nothing",
    run(board: VirtualBoard): void {
      begin(board);
      board.hasSky = false;
      board.pass(7_200);
    },
  },
  {
    name: "no sky for a day, then sky",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(600);
      board.hasSky = false;
      board.pass(86_400);
      board.hasSky = true;
      board.pass(1_800);
    },
  },
  {
    name: "sentences cut into single bytes, and garbage between them",
    run(board: VirtualBoard): void {
      begin(board);
      board.hasSky = false;
      lines(board, 300, (i) => `\u0000\u00ff$$GNR${i},*`);
      for (let i = 0; i < 60; i++) {
        board.pass(5);
        board.line("garbage\r\n*00$");
        board.speak(1);
      }
    },
  },
  {
    name: "sentences that end in the middle, before and after a switch-on",
    run(board: VirtualBoard): void {
      begin(board);
      board.hasSky = false;
      lines(board, 600, (i) => {
        const text = board.sentences();
        return i % 3 === 0 ? text : text.slice(0, 20 + ((i * 7) % 100));
      });
      board.boot();
      board.up();
      lines(board, 600, (i) => board.sentences().slice((i * 11) % 40));
    },
  },
  {
    name: "wrong checksums and lines without end",
    run(board: VirtualBoard): void {
      begin(board);
      board.hasSky = false;
      let long = "$GNRMC,";
      for (let i = 0; i < 60; i++) long += "0123456789";
      lines(board, 300, (i) => (i % 2 === 0 ? "$GNRMC,120000.00,A,5200.0,N,00500.0,E*00\r\n" : long));
      board.hasSky = true;
      board.pass(300);
    },
  },
  {
    name: "a receiver one week rollover late",
    run(board: VirtualBoard): void {
      board.receiverS = NOON_S - ROLLOVER_S;
      begin(board);
      board.pass(1_200);
    },
  },
  {
    name: "a receiver two week rollovers late",
    run(board: VirtualBoard): void {
      board.receiverS = NOON_S - 2 * ROLLOVER_S;
      begin(board);
      board.pass(1_200);
    },
  },
  {
    name: "a receiver that starts in 1980",
    run(board: VirtualBoard): void {
      board.receiverS = 315_964_800;
      begin(board);
      board.pass(300);
      board.receiverS = NOON_S;
      board.pass(900);
    },
  },
  {
    name: "the end of a year",
    run(board: VirtualBoard): void {
      board.receiverS = 1_798_761_000;
      begin(board);
      board.pass(1_800);
    },
  },
  {
    name: "a leap day",
    run(board: VirtualBoard): void {
      board.receiverS = 1_835_394_600;
      begin(board);
      board.pass(2_400);
    },
  },
  {
    name: "one fix five kilometres off, and a place that really changed",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(900);
      board.latE7 = HOME_LAT_E7 + 500_000;
      board.pass(62);
      board.latE7 = HOME_LAT_E7;
      board.pass(600);
      board.latE7 = HOME_LAT_E7 + 20_000_000;
      board.pass(1_800);
    },
  },
  {
    name: "a frozen receiver",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(300);
      board.hasSky = false;
      const frozen = board.sentences();
      lines(board, 900, () => frozen);
      board.hasSky = true;
      board.pass(600);
    },
  },
  {
    name: "poor fixes, and claims that come and go",
    run(board: VirtualBoard): void {
      begin(board);
      for (let i = 0; i < 20; i++) {
        board.hdopTenths = 5 + ((i * 37) % 400);
        board.pass(120);
      }
    },
  },
  {
    name: "a receiver whose time jumps",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(600);
      board.receiverS -= 3_600;
      board.pass(1_200);
      board.receiverS += 5 * 86_400;
      board.pass(1_200);
    },
  },
];
