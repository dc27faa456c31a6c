import { nmea } from "../../core/testing/tag-rig.ts";
import { until } from "../../core/testing/until.ts";
import { Journal } from "../../core/journal/journal.ts";
import { emptyJournalEntry } from "../../core/journal/journal-record.ts";
import { settingsPages } from "../../core/settings/settings-store.ts";
import { KIND_FIX } from "@purrimeter/protocol/entry-kind";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { transpileForEspruino } from "../espruino/build/transpile.ts";
import { StorageFlash } from "../espruino/storage-flash.ts";
import { FakeBangle } from "./testing/fake-bangle.ts";
import { FakeStorage } from "../espruino/testing/fake-storage.ts";

const BEGAN_S = 1_795_262_400;
const ROLLOVER_S = 1_024 * 7 * 86_400;
const LINK = JSON.stringify({ tag: "mimi", id: "00".repeat(8), key: "11".repeat(32) });

let program = "";
let bangle: FakeBangle | undefined;

beforeAll(async () => {
  const options = { names: [], builtAtS: BEGAN_S };
  program = (await transpileForEspruino(new URL("bangle.ts", import.meta.url), options)).code;
});
afterEach(() => {
  bangle?.die();
  bangle = undefined;
});

function paired(): FakeStorage {
  const storage = new FakeStorage();
  storage.files.set("purrimeter.link", Buffer.from(LINK));
  return storage;
}

/** A watch that walks under open sky. */
function switchOn(storage: FakeStorage, beganS = BEGAN_S): FakeBangle {
  const walk = (second: number): string =>
    Buffer.from(nmea(beganS + second, 60.5, 7.5 + second * 1e-5)).toString("latin1");
  bangle = new FakeBangle(program, storage, { secondMs: 0.5, nmea: walk });
  return bangle;
}

/** Times of the fixes in the journal, in UTC seconds. */
function fixTimesIn(storage: FakeStorage): number[] {
  const flash = new StorageFlash(storage, "pm.j", 4_096, 24);
  const pages = settingsPages(flash.pageBytes);
  const journal = new Journal(flash, pages, flash.pageCount - pages);
  journal.start(0);
  const entry = emptyJournalEntry();
  const timesS: number[] = [];
  for (let number = 1; number < journal.next; number++)
    if (journal.read(number, entry) && entry.kind === KIND_FIX) timesS.push(entry.at);
  return timesS;
}

describe("the program of a Bangle.js 2, as built", () => {
  it("takes the console off Bluetooth first of all", () => {
    expect(switchOn(paired()).asked[0]).toBe("console null true");
  });

  it("writes fixes into Storage, keeps them when the battery dies, and goes on", async () => {
    const storage = paired();
    const first = switchOn(storage);
    await until("fixes", () => fixTimesIn(storage).length >= 5);
    first.die();
    const kept = fixTimesIn(storage).length;
    switchOn(storage);
    await until("more fixes", () => fixTimesIn(storage).length >= kept + 3);
  });

  it("carries the date of its build: a receiver that gives an earlier one is 1,024 weeks late", async () => {
    const storage = paired();
    switchOn(storage, BEGAN_S - ROLLOVER_S);
    await until("a fix", () => fixTimesIn(storage).length > 0);
    const [atS = 0] = fixTimesIn(storage);
    expect(atS).toBeGreaterThanOrEqual(BEGAN_S);
    expect(atS).toBeLessThan(BEGAN_S + 3_600);
  });

  it("is not built without the date of its build", async () => {
    const built = transpileForEspruino(new URL("bangle.ts", import.meta.url), { names: [] });
    await expect(built).rejects.toThrow("the program needs the date of its build");
  });

  it("does not start on a watch that is not paired, or whose file is no pairing", () => {
    const broken = paired();
    broken.files.set("purrimeter.link", Buffer.from(LINK.replace("mimi", "m/m")));
    for (const storage of [new FakeStorage(), broken]) expect(() => switchOn(storage)).toThrow();
  });
});
