import { encodeSettings } from "@purrimeter/protocol/settings";
import type { Scenario } from "../scenario.ts";
import { NOON_S, type VirtualBoard } from "../virtual-board.ts";
import { circle, HOME_LAT_E7, HOME_LON_E7, polygon, settingsOf, square, wavyRing } from "./shapes.ts";

function begin(board: VirtualBoard): void {
  board.boot();
  board.up();
  board.settings(settingsOf(2, [circle(3, HOME_LAT_E7, HOME_LON_E7, 7_500)]));
}

/** Settings and commands, good and bad. */
export const ORDERS: readonly Scenario[] = [
  {
    name: "settings cut, lengthened, flipped, old and twice",
    run(board: VirtualBoard): void {
      begin(board);
      const bytes = encodeSettings(settingsOf(3, [square(1, HOME_LAT_E7, HOME_LON_E7, 9_000)]));
      for (let length = 0; length < bytes.length; length += 3) board.hear("settings", bytes.slice(0, length));
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      board.hear("settings", longer);
      for (let i = 0; i < bytes.length; i++) {
        const flipped = bytes.slice(0, bytes.length);
        flipped[i] = (flipped[i] as number) ^ 0x80;
        board.hear("settings", flipped);
      }
      board.settings(settingsOf(1, []));
      board.settings(settingsOf(2, []));
      board.pass(600);
    },
  },
  {
    name: "settings that the tag cannot run",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(600);
      board.settings(settingsOf(3, [circle(1, 899_000_000, 0, 5_000)]));
      board.settings(settingsOf(4, [polygon(1, [0, 0, 0, 0, 0, 0])]));
      board.settings(settingsOf(5, [polygon(1, [0, 0, 0, 1_000_000_000, 500_000_000, 0])]));
      board.pass(600);
      board.settings(settingsOf(6, []));
      board.pass(600);
    },
  },
  {
    name: "settings again and again, and a restart after each",
    run(board: VirtualBoard): void {
      begin(board);
      for (let version = 3; version < 13; version++) {
        board.settings(
          settingsOf(version, [wavyRing(version, HOME_LAT_E7, HOME_LON_E7, 9_000 + version, 3 + version)]),
        );
        board.pass(120);
        board.boot();
        board.up();
      }
      board.pass(300);
    },
  },
  {
    name: "settings while the cat is outside",
    run(board: VirtualBoard): void {
      begin(board);
      board.latE7 = HOME_LAT_E7 + 50_000;
      board.pass(900);
      board.settings(settingsOf(3, [circle(3, HOME_LAT_E7 + 50_000, HOME_LON_E7, 7_500)]));
      board.pass(900);
    },
  },
  {
    name: "a fix a second, then one a day",
    run(board: VirtualBoard): void {
      begin(board);
      board.settings({ version: 3, fixIntervalS: 1, reportIntervalS: 1, geofences: [] });
      board.pass(120);
      board.settings({ version: 4, fixIntervalS: 86_400, reportIntervalS: 86_400, geofences: [] });
      board.pass(2 * 86_400);
    },
  },
  {
    name: "buzz, light and live: once, twice and too late",
    run(board: VirtualBoard): void {
      begin(board);
      board.pass(60);
      const expiresAt = NOON_S + 900;
      board.command({ id: 1, action: "buzz", seconds: 5, expiresAt });
      board.command({ id: 1, action: "buzz", seconds: 5, expiresAt });
      board.command({ id: 2, action: "light", seconds: 3_600, expiresAt });
      board.command({ id: 3, action: "buzz", seconds: 5, expiresAt: NOON_S });
      board.command({ id: 4, action: "live", seconds: 90, expiresAt });
      board.pass(300);
      for (let id = 5; id < 20; id++) board.command({ id, action: "light", seconds: 1, expiresAt });
      board.command({ id: 1, action: "buzz", seconds: 5, expiresAt });
    },
  },
  {
    name: "live while the cat sleeps",
    run(board: VirtualBoard): void {
      begin(board);
      board.isMoving = true;
      board.pass(600);
      board.isMoving = false;
      board.pass(3_600);
      board.command({ id: 7, action: "live", seconds: 60, expiresAt: NOON_S + 90_000 });
      board.pass(600);
    },
  },
  {
    name: "lost: contacts while the cat sleeps and moves, after a restart and under a roof, until each end",
    run(board: VirtualBoard): void {
      begin(board);
      board.isMoving = true;
      board.pass(300);
      board.isMoving = false;
      board.pass(900);
      const lost = { intervalS: 60, floorPercent: 20, buzzS: 5, until: 0 };
      const pace = { fixIntervalS: 60, reportIntervalS: 600, geofences: [] };
      board.settings(Object.assign({ version: 3, lost }, pace));
      board.pass(300);
      board.isMoving = true;
      board.pass(150);
      board.command({ id: 8, action: "live", seconds: 20, expiresAt: NOON_S + 90_000 });
      board.pass(60);
      board.boot();
      board.up();
      board.isMoving = false;
      board.pass(180);
      board.hasSky = false;
      board.pass(300);
      board.hasSky = true;
      board.batteryPercent = 20;
      board.pass(900);
      board.batteryPercent = 90;
      board.pass(300);
      const until = NOON_S + Math.floor(board.nowMs / 1_000) + 200;
      const silent = { intervalS: 30, floorPercent: 5, buzzS: 0, until };
      board.settings(Object.assign({ version: 4, lost: silent }, pace));
      board.isMoving = true;
      board.pass(600);
      board.settings(Object.assign({ version: 5 }, pace));
      board.pass(300);
    },
  },
];
