import type { CacheInvalidation } from "@purrimeter/database/cache-invalidation";
import { SqliteCommandWork } from "./commands/sqlite-command-work.ts";
import { SqliteLostWork } from "./lost/sqlite-lost-work.ts";
import { GroupCommit } from "@purrimeter/database/group-commit";
import type { KeyCache } from "./sealing/key-cache.ts";
import type { Database } from "@purrimeter/database/open-database";
import { ReportRecorder } from "./sqlite/report-recorder.ts";
import { StatusRecorder } from "./sqlite/status-recorder.ts";
import { DeadLetters } from "./sqlite/dead-letters.ts";
import { SqliteReportStore } from "./sqlite/sqlite-report-store.ts";
import { DiskSpace } from "@purrimeter/database/disk-space";
import { ProgressTable } from "./sqlite/progress-table.ts";
import { TagSettings } from "./tags/tag-settings.ts";
import { OpenOwnerships } from "./sqlite/open-ownerships.ts";
import type { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import { WantedSettings } from "./geofences/wanted-settings.ts";

const MIB = 1_048_576;

/** As in OpenStoreOptions. */
interface ReportOptions {
  readonly path: string;
  readonly monotonicMs: () => number;
  readonly minFreeBytes?: number;
  readonly reserveBytes?: number;
  readonly committed?: (() => void) | undefined;
}

/** What records reports, and the commits that it does so in. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the parts say their types
export function composeReports(
  database: Database,
  options: ReportOptions,
  keys: KeyCache,
  invalidation: CacheInvalidation,
  wal: WalCheckpoint,
) {
  const { path, monotonicMs, minFreeBytes = 32 * MIB, reserveBytes = 8 * MIB } = options;
  const openOwnerships = new OpenOwnerships(database, keys, monotonicMs);
  const progress = new ProgressTable(database);
  invalidation.onStale(() => {
    openOwnerships.clear();
    progress.clear();
  });
  const room = new DiskSpace({ databasePath: path, minFreeBytes, reserveBytes, monotonicMs });
  const hooks = {
    begun: () => void invalidation.check(),
    flush: () => {
      progress.flush();
    },
    committed: () => {
      progress.committed();
      options.committed?.();
    },
    rolledBack: () => {
      progress.rolledBack();
    },
  };
  const commits = new GroupCommit(database, hooks, room, wal, monotonicMs);
  const parts = {
    reports: new ReportRecorder(database, openOwnerships, progress),
    deadLetters: new DeadLetters(database),
    statuses: new StatusRecorder(database, new TagSettings(database)),
    settings: new WantedSettings(database, keys),
  };
  return {
    commits,
    commands: new SqliteCommandWork(database, commits),
    lost: new SqliteLostWork(database, { commits, settings: new TagSettings(database), invalidation }),
    reports: new SqliteReportStore({ invalidation, commits, openOwnerships, ...parts }),
  };
}
