import type { Status } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "./open-database.ts";
import { statement } from "./statement.ts";

interface StatusRow {
  readonly tag: string;
  readonly at: number;
  readonly online: number;
  readonly settingsVersion: number;
  readonly firmware: string;
  readonly refusedVersion: number | null;
  readonly refusedReason: string | null;
}

function upsertStatus(database: Database) {
  return statement(database, (queries, args: StatusRow) => {
    const columns = {
      at: args.at,
      online: args.online,
      settings_version: args.settingsVersion,
      firmware: args.firmware,
      refused_version: args.refusedVersion,
      refused_reason: args.refusedReason,
    };
    return queries
      .insertInto("tag_status")
      .values({ tag: args.tag, ...columns })
      .onConflict((conflict) => conflict.column("tag").doUpdateSet(columns));
  });
}

/** Keeps the last that a tag said of itself. Only inside a transaction. */
export class StatusRecorder {
  readonly #upsert: ReturnType<typeof upsertStatus>;

  constructor(database: Database) {
    this.#upsert = upsertStatus(database);
  }

  record(tag: TagId, status: Status, at: UnixSeconds): void {
    this.#upsert.run({
      tag,
      at,
      online: status.online ? 1 : 0,
      settingsVersion: status.settingsVersion,
      firmware: status.firmware,
      refusedVersion: status.refusedSettings?.version ?? null,
      refusedReason: status.refusedSettings?.reason ?? null,
    });
  }
}
