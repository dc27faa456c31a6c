import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NOON } from "./contract-values.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import type { StoreTrailOptions } from "../audit/store-trail.ts";
import { composeStore } from "../open-store.ts";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import type { StoreHarness } from "./store-harness.ts";

/** Where a sync costs nothing: what a cut of power does is tested elsewhere, on a disk. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A store of SQLite for tests that look behind it. */
export interface SqliteHarness extends StoreHarness {
  readonly folder: string;
  readonly path: string;
  /** The first store's connection. */
  readonly database: Database;
  /** One more connection. */
  connect(): Database;
  /** Moves the monotonic clock of both. */
  passMs(ms: number): void;
}

export interface SqliteHarnessOptions {
  readonly folder?: string;
  readonly minFreeBytes?: number;
  readonly reserveBytes?: number;
  /** No trail unless given. */
  readonly audit?: StoreTrailOptions;
}

/** Two connections to one new database in a folder of its own. */
export function openSqliteHarness(options: SqliteHarnessOptions = {}): SqliteHarness {
  const folder = options.folder ?? mkdtempSync(join(IN_MEMORY, "purrimeter-store-"));
  const path = join(folder, "locations.db");
  const [databaseKey, ringKey] = [randomBytes(32), randomBytes(32)];
  const clock = { now: NOON, isTrusted: true, isPlausible: true };
  let passedMs = 0;
  const openRing = () => openSealedKeyFile(join(folder, "owners.keys"), ringKey);
  const open = (database: Database) =>
    composeStore(database, {
      path,
      databaseKey,
      keyRing: openRing(),
      audit: options.audit,
      now: () => clock.now,
      isClockTrusted: () => clock.isTrusted,
      isClockPlausible: () => clock.isPlausible,
      monotonicMs: () => performance.now() + passedMs,
      minFreeBytes: options.minFreeBytes ?? 0,
      reserveBytes: options.reserveBytes ?? 0,
    });
  const connect = () => openDatabase({ path, key: databaseKey, migrations: MIGRATIONS });
  const database = connect();
  const [store, second] = [open(database), open(connect())];
  const close = async () => {
    await store.close();
    await second.close();
    if (options.folder === undefined) rmSync(folder, { recursive: true });
  };
  const passMs = (ms: number) => {
    passedMs += ms;
  };
  return { store, second, keyRing: openRing(), clock, folder, path, database, connect, passMs, close };
}
