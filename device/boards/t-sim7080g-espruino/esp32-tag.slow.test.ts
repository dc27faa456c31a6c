import { emptyJournalEntry } from "../../core/journal/journal-record.ts";
import { nmea, TAG } from "../../core/testing/tag-rig.ts";
import { SimulatedModem } from "../../drivers/sim7080g/testing/simulated-modem.ts";
import { TestAuthority, TestBroker } from "../node/testing/test-broker.ts";
import { until } from "../../core/testing/until.ts";
import { KIND_FIX } from "@purrimeter/protocol/entry-kind";
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transpileForEspruino } from "../espruino/build/transpile.ts";
import * as wiring from "./esp32-wiring.ts";
import { Esp32Flash, FakeEsp32 } from "./testing/fake-esp32.ts";
import { FakeStorage } from "../espruino/testing/fake-storage.ts";

const SECOND_MS = 10;
/** The board's time begins an hour ahead: certificates of the test's authority hold from now on. */
const BEGAN_S = Math.floor(Date.now() / 1_000) + 3_600;
const DAY_S = 86_400;
const JOURNAL = { from: 0x290000, to: 0x310000 };

let program = "";
let authority: TestAuthority;
let broker: TestBroker;
let modem: SimulatedModem;
let board: FakeEsp32 | undefined;

beforeAll(async () => {
  const options = { names: [], builtAtS: BEGAN_S - DAY_S };
  program = (await transpileForEspruino(new URL("esp32s3.ts", import.meta.url), options)).code;
  authority = new TestAuthority("test");
});
beforeEach(async () => {
  const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  const server = authority.issue("bridge", "serverAuth");
  broker = await TestBroker.listen({ ...server, ca: authority.certificate, ...versions });
  modem = new SimulatedModem({ port: broker.port, secondMs: SECOND_MS });
});
afterEach(async () => {
  board?.die();
  board = undefined;
  modem.dispose();
  await broker.close();
});
afterAll(() => authority.dispose());

/** As flashed, with its radios off. */
function provisioned(): Esp32Flash {
  const { key, cert } = authority.issue(TAG, "clientAuth");
  const network = JSON.stringify({ tag: TAG, host: "localhost", port: broker.port, apn: "iot.example" });
  const files = {
    "board.json": network,
    "authority.pem": authority.certificate,
    "tag.pem": cert,
    "key.pem": key,
  };
  const storage = new FakeStorage();
  for (const [name, text] of Object.entries(files)) storage.files.set(name, Buffer.from(text));
  const flash = new Esp32Flash(storage);
  flash.radios = { BLE: false, Wifi: false };
  return flash;
}

/** A board whose cat walks under open sky. */
function switchOn(flash: Esp32Flash): FakeEsp32 {
  const walk = (second: number): string =>
    Buffer.from(nmea(BEGAN_S + second, 60.5, 7.5 + second * 1e-5)).toString("latin1");
  board = new FakeEsp32(program, flash, { secondMs: SECOND_MS, modem, nmea: walk });
  return board;
}

function journalIn(flash: Esp32Flash): { epoch: number; fixes: number } {
  const journal = flash.journal();
  const entry = emptyJournalEntry();
  let fixes = 0;
  for (let number = 1; number < journal.next; number++)
    if (journal.read(number, entry) && entry.kind === KIND_FIX) fixes++;
  return { epoch: journal.epoch, fixes };
}

describe("the program of a T-SIM7080G-S3 under Espruino, as built", () => {
  it("takes a fix, naps, and reports through its modem over TLS with its own certificate", async () => {
    const flash = provisioned();
    const tag = switchOn(flash);
    await until("a report", () => broker.entryKinds(TAG).includes("fix"));
    expect(broker.entryKinds(TAG)).toContain("health");
    expect(broker.entryKinds(TAG)).not.toContain("unreadable");
    await until("a nap", () => tag.naps.length > 0);
    expect(Math.max(...tag.naps)).toBeLessThanOrEqual(5_000);
    expect(tag.asked).toEqual([
      "console null true",
      "modem 115200 4 5",
      "gnss 9600 9 10",
      "watch 13 falling",
    ]);
    expect([wiring.BUZZER_PIN, wiring.LAMP_PIN].map((pin) => tag.pins.get(pin))).toEqual([false, false]);
    // The rails of the modem and of its level shifter.
    expect((tag.registers.get(0x80) ?? 0) & 4).toBe(4);
    expect((tag.registers.get(0x90) ?? 0) & 16).toBe(16);
    // The key is not left as a file in the modem.
    expect(modem.files.has("tag.key")).toBe(false);
    const outside = flash.cells.filter((_byte, at) => at < JOURNAL.from || at >= JOURNAL.to);
    expect(outside.every((byte) => byte === 255)).toBe(true);
  });

  it("keeps its journal when the battery dies, and goes on in the same epoch", async () => {
    const flash = provisioned();
    const first = switchOn(flash);
    await until("fixes", () => journalIn(flash).fixes >= 2);
    first.die();
    const { epoch, fixes } = journalIn(flash);
    switchOn(flash);
    await until("more fixes", () => journalIn(flash).fixes > fixes);
    expect(journalIn(flash).epoch).toBe(epoch);
  });

  it("begins another epoch on flash that was erased, although Espruino draws the same numbers at every start", async () => {
    const flash = provisioned();
    switchOn(flash);
    await until("a fix", () => journalIn(flash).fixes >= 1);
    board?.die();
    const { epoch } = journalIn(flash);
    flash.cells.fill(255);
    switchOn(flash);
    await until("a fix", () => journalIn(flash).fixes >= 1);
    expect(journalIn(flash).epoch).not.toBe(epoch);
  });

  it("makes its own of flash that somebody else has written", async () => {
    const flash = provisioned();
    for (let at = JOURNAL.from; at < JOURNAL.to; at++) flash.cells[at] = (at * 2_654_435_761) >>> 24;
    switchOn(flash);
    await until("a report", () => broker.entryKinds(TAG).includes("fix"));
    expect(broker.entryKinds(TAG)).not.toContain("unreadable");
  });

  it("naps until the cat moves, and lets go of the sensor's line", async () => {
    const tag = switchOn(provisioned());
    await until("a nap", () => tag.naps.length > 0);
    const before = tag.releases;
    tag.move();
    await until("motion", () => tag.releases > before);
    expect(tag.isMotionLatched).toBe(false);
  });

  it("goes on when something prevents light sleep", async () => {
    const flash = provisioned();
    const tag = switchOn(flash);
    tag.cannotSleep = true;
    await until("fixes", () => journalIn(flash).fixes >= 2);
  });

  it("turns Wi-Fi and Bluetooth off before anything else, each by a restart", () => {
    const flash = provisioned();
    flash.radios = { BLE: true, Wifi: true };
    for (const left of [
      { BLE: true, Wifi: false },
      { BLE: false, Wifi: false },
    ]) {
      expect(() => switchOn(flash)).toThrow("restarts");
      expect(flash.radios).toEqual(left);
    }
    expect(switchOn(flash).asked[0]).toBe("console null true");
  });

  it("starts again a minute after a fault that nobody caught", async () => {
    const tag = switchOn(provisioned());
    tag.fault();
    expect(tag.asked).not.toContain("reboot");
    await until("a restart", () => tag.asked.includes("reboot"));
  });

  it("does not start on an Espruino without light sleep: its battery would last a day", () => {
    const flash = provisioned();
    flash.knowsSleep = false;
    expect(() => switchOn(flash)).toThrow();
  });

  it("does not start without its files, or with one that names no tag, and leaves the console to say so", () => {
    for (const [name, content] of [
      ["board.json", undefined],
      ["board.json", '{"tag":"m/m"}'],
      ["key.pem", undefined],
    ] as const) {
      const flash = provisioned();
      if (content === undefined) flash.storage.files.delete(name);
      else flash.storage.files.set(name, Buffer.from(content));
      expect(() => switchOn(flash)).toThrow();
    }
  });
});

it("uses the pins of the other program for this board", () => {
  const manifest = readFileSync(new URL("../t-sim7080g-moddable/manifest.json", import.meta.url), "utf8");
  const { config } = JSON.parse(manifest) as { config: Record<string, unknown> };
  expect(config).toMatchObject({
    modem: {
      ...{ receive: wiring.MODEM_SERIAL.rx, transmit: wiring.MODEM_SERIAL.tx, baud: wiring.MODEM_BAUD },
      ...{ powerKey: wiring.POWER_KEY_PIN, dataTerminalReady: wiring.MODEM_SLEEP_PIN },
    },
    i2c: { data: wiring.I2C_PINS.sda, clock: wiring.I2C_PINS.scl },
    gnss: { receive: wiring.GNSS_SERIAL.rx, transmit: wiring.GNSS_SERIAL.tx, baud: wiring.GNSS_BAUD },
    gnssPower: wiring.GNSS_POWER_PIN,
    motionInterrupt: wiring.MOTION_PIN,
    buzzer: wiring.BUZZER_PIN,
    lamp: wiring.LAMP_PIN,
  });
});
