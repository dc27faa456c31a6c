import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditKeys } from "../audit-keys.ts";
import { checkpointFileOf } from "../checkpoint-file.ts";
import { Trail } from "../trail.ts";
import { TRAIL_SQL } from "../trail-schema.ts";
import type { TrailEvent } from "../trail-row.ts";

/** A trail in a database of its own. */
export interface TestTrail {
  readonly folder: string;
  readonly database: Database;
  readonly trail: Trail;
  readonly keys: AuditKeys;
  /** File of its checkpoints. */
  readonly path: string;
  /** Appends in a transaction. */
  append(at: number, ...events: readonly Partial<TrailEvent>[]): void;
  close(): void;
}

/** An event about nobody, but for what is given. */
export function eventOf(event: Partial<TrailEvent>): TrailEvent {
  return { event: "test", actor: "", account: "", subject: "", network: "", count: 0, ...event };
}

/** Opens one; the caller closes it. */
export function openTestTrail(): TestTrail {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-trail-"));
  const file = join(folder, "accounts.db");
  const migrations = [{ name: "trail", sql: TRAIL_SQL }];
  const database = openDatabase({ path: file, key: randomBytes(32), migrations });
  const keys = new AuditKeys(randomBytes(32));
  const trail = new Trail({ database, tree: "accounts", keys });
  return {
    ...{ folder, database, trail, keys, path: checkpointFileOf(file) },
    append: (at, ...events) => {
      database.transaction(() => trail.append(at, events.map(eventOf))).immediate();
    },
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
