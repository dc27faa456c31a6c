import { openDatabase } from "@purrimeter/database/open-database";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import type { TagId } from "@purrimeter/protocol/values";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { openStore, type Store } from "../open-store.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { createClaimCode } from "../tags/claim-code.ts";
import {
  ALWAYS,
  draft,
  fix,
  later,
  NOON,
  pageOf,
  receivedAt,
  reportOf,
  transition,
} from "./contract-values.ts";

const DAY_S = 86_400;
const DAYS = 3;
const AS_OF = later(NOON, 10 * DAY_S);
const BOUNDS = { minDays: 1, maxDays: 30, defaultDays: 30, formerDays: 30 };
const CHOICES = ["anonymise", "totals", "anonymise", "delete"] as const;
const VICTIM = join(import.meta.dirname, "crash-retention.ts");
/** Row changes more in each round, until a run ends by itself. */
const STEP = Math.max(1, Math.round(5 / inject("testTimes")));

function open(folder: string): Store {
  return openStore({
    path: join(folder, "locations.db"),
    databaseKey: Buffer.alloc(32, 1),
    keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
    now: () => NOON,
    monotonicMs: () => performance.now(),
  });
}

const tagOf = (cat: number): TagId => `tag-${cat}` as TagId;

/** A cat that is out from noon on, on each of the days. */
async function fill(store: Store, cat: number): Promise<void> {
  const [tag, code] = [tagOf(cat), createClaimCode()];
  await store.registry.register(tag, code, NOON);
  const view = store.forOwner(`owner-${cat}` as OwnerId);
  await view.claim(code, "cat");
  await view.createGeofence(draft("home", [tag]));
  const own = await view.tag(tag);
  const version = own === "not-found" ? 0 : own.settings.wanted;
  for (let day = 0; day < DAYS; day++) {
    const at = later(NOON, day * DAY_S);
    const [from, to] = day % 2 === 0 ? (["inside", "outside"] as const) : (["outside", "inside"] as const);
    const entries = [
      fix(cat, at),
      { ...transition(1, 0, from, to, version), at },
      fix(90 - cat, later(at, 60)),
    ];
    const outcome = await store.reports.recordReport(tag, reportOf(3 * day + 1, entries), receivedAt(at));
    if (outcome.kind === "refused") throw new Error(outcome.reason);
  }
  await view.chooseRetention({ days: 1, afterwards: CHOICES[cat] ?? "delete" }, BOUNDS);
}

/** All that is left of days, and what is left of their rows. */
async function leftIn(folder: string): Promise<unknown> {
  const store = open(folder);
  const totals = [];
  for (let cat = 0; cat < CHOICES.length; cat++)
    totals.push(pageOf(await store.forOwner(`owner-${cat}` as OwnerId).dayTotals(tagOf(cat), ALWAYS)).items);
  await store.close();
  const path = join(folder, "locations.db");
  const database = openDatabase({ path, key: Buffer.alloc(32, 1), migrations: MIGRATIONS });
  const anonymous = database.prepare("SELECT * FROM anonymous_day").all();
  const counts = ["report", "tag_day", "event", "outbox"].map(
    (table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
  );
  database.close();
  return { totals, anonymous, counts };
}

test("a run that is killed at any step is taken up, and no day is counted twice or lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-retention-"));
  const [killed, whole] = [join(folder, "killed"), join(folder, "whole")];
  mkdirSync(killed);
  const store = open(killed);
  for (let cat = 0; cat < CHOICES.length; cat++) await fill(store, cat);
  await store.close();
  cpSync(killed, whole, { recursive: true });

  const wholeStore = open(whole);
  await wholeStore.retention.run({ asOf: AS_OF, bounds: BOUNDS });
  await wholeStore.close();
  let kills = 0;
  for (let at = 1; ; at += STEP) {
    const { status, signal, stderr } = spawnSync(process.execPath, [
      VICTIM,
      killed,
      String(AS_OF),
      String(at),
    ]);
    if (signal === "SIGKILL") kills++;
    else {
      expect(status, String(stderr)).toBe(0);
      break;
    }
  }
  expect(kills).toBeGreaterThan(3);
  const left = await leftIn(whole);
  expect(await leftIn(killed)).toEqual(left);
  expect(left).toMatchObject({ anonymous: [{ tags: 2 }, { tags: 2 }, { tags: 2 }], counts: [0, 0, 0, 0] });
  rmSync(folder, { recursive: true });
});
