import { encodeAck } from "@purrimeter/protocol/ack";
import type { EntryNumber, Epoch } from "@purrimeter/protocol/values";
import type { Scenario } from "../scenario.ts";
import type { VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, settingsOf } from "./shapes.ts";

function begin(board: VirtualBoard): void {
  board.boot();
  board.up();
  board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
}

function stored(epoch: number, through: number): Uint8Array {
  return encodeAck({ kind: "stored", epoch: epoch as Epoch, through });
}

/** Faults of the radio, the broker and the bridge. */
export const LINKS: readonly Scenario[] = [
  {
    name: "no uplink for three days",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(900);
      board.down();
      board.pass(3 * 86_400);
      board.up();
      board.pass(1_800);
    },
  },
  {
    name: "a transition behind a long backlog",
    run(board: VirtualBoard): void {
      begin(board);
      board.down();
      board.pass(3 * 3_600);
      board.latE7 = HOME_LAT_E7 + 60_000;
      board.pass(600);
      board.up();
      board.pass(900);
    },
  },
  {
    name: "acknowledgements that come after the deadline",
    run(board: VirtualBoard): void {
      begin(board);
      board.answerDelayMs = 45_000;
      board.pass(3_600);
      board.answerDelayMs = 200;
      board.pass(1_800);
    },
  },
  {
    name: "acknowledgements that never come",
    run(board: VirtualBoard): void {
      begin(board);
      board.answers = false;
      board.pass(4 * 3_600);
      board.answers = true;
      board.pass(3_600);
    },
  },
  {
    name: "acknowledgements twice, stale, of another epoch, of numbers never sent",
    run(board: VirtualBoard): void {
      begin(board);
      for (let i = 0; i < 20; i++) {
        board.pass(90);
        board.hear("ack", stored(42, i));
        board.hear("ack", stored(42, i));
        board.hear("ack", stored(43, 1_000));
        board.hear("ack", stored(42, 1_000_000));
      }
    },
  },
  {
    name: "acknowledgements ahead of a hole",
    run(board: VirtualBoard): void {
      begin(board);
      board.answers = false;
      board.pass(1_800);
      const ahead = { first: 10 as EntryNumber, last: 20 as EntryNumber };
      board.hear("ack", encodeAck({ kind: "stored", epoch: 42 as Epoch, through: 4, ahead }));
      board.pass(600);
      board.answers = true;
      board.pass(1_800);
    },
  },
  {
    name: "acknowledgements that are none",
    run(board: VirtualBoard): void {
      begin(board);
      for (let i = 0; i < 40; i++) {
        const bytes = new Uint8Array(i);
        for (let k = 0; k < i; k++) bytes[k] = (i * 31 + k * 17) & 255;
        board.hear("ack", bytes);
        board.hear("command", bytes);
        board.hear("report", bytes);
        board.pass(30);
      }
    },
  },
  {
    name: "unclaimed for an hour",
    run(board: VirtualBoard): void {
      begin(board);
      board.cloud.refuses = "unclaimed";
      board.pass(3_600);
      board.cloud.refuses = undefined;
      board.pass(3_600);
    },
  },
  {
    name: "busy, then full, then final",
    run(board: VirtualBoard): void {
      begin(board);
      board.cloud.refuses = "busy";
      board.pass(900);
      board.cloud.refuses = "storage-full";
      board.pass(900);
      board.cloud.refuses = "not-canonical";
      board.cloud.isFinal = true;
      board.pass(1_800);
      board.cloud.refuses = undefined;
      board.pass(900);
    },
  },
  {
    name: "an uplink that takes nothing for a while",
    run(board: VirtualBoard): void {
      begin(board);
      board.takes = false;
      board.pass(1_200);
      board.takes = true;
      board.pass(1_200);
    },
  },
  {
    name: "a session that breaks every minute",
    run(board: VirtualBoard): void {
      begin(board);
      board.answerDelayMs = 3_000;
      for (let i = 0; i < 60; i++) {
        board.pass(58);
        board.down();
        board.pass(2);
        board.up();
      }
    },
  },
];

/** On a board that ends its session after ten seconds without anything to send. */
export const SPARING_LINKS: readonly Scenario[] = [
  {
    name: "sessions only while something is to be sent",
    run(board: VirtualBoard): void {
      board.hasCoverage = true;
      board.boot();
      board.pass(6 * 3_600);
    },
  },
  {
    name: "no coverage for a day",
    run(board: VirtualBoard): void {
      board.boot();
      board.pass(86_400);
      board.hasCoverage = true;
      board.pass(4 * 3_600);
    },
  },
];
