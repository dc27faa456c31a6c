import type { Status } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

interface StatusRow {
  readonly tag: string;
  readonly at: number;
  readonly settingsVersion: number;
  readonly firmware: string;
  readonly refusedVersion: number | null;
  readonly refusedReason: string | null;
}

/** A will was written when the tag connected and knows nothing of settings that came after: it changes `online` alone. */
function upsertOffline(database: Database) {
  return statement(database, (queries, args: StatusRow) =>
    queries
      .insertInto("tag_status")
      .values({
        tag: args.tag,
        at: args.at,
        online: 0,
        settings_version: args.settingsVersion,
        firmware: args.firmware,
        refused_version: null,
        refused_reason: null,
      })
      .onConflict((conflict) => conflict.column("tag").doUpdateSet({ at: args.at, online: 0 })),
  );
}

function upsertOnline(database: Database) {
  return statement(database, (queries, args: StatusRow) => {
    const columns = {
      at: args.at,
      online: 1,
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

function markManySessions(database: Database) {
  return statement(database, (queries, args: { ownership: number; at: number }) =>
    queries.updateTable("ownership").set({ many_sessions_at: args.at }).where("id", "=", args.ownership),
  );
}

/** Keeps the last that a tag said of itself. Only inside a transaction. */
export class StatusRecorder {
  readonly #online: ReturnType<typeof upsertOnline>;
  readonly #offline: ReturnType<typeof upsertOffline>;

  readonly #manySessions: ReturnType<typeof markManySessions>;

  constructor(database: Database) {
    this.#online = upsertOnline(database);
    this.#offline = upsertOffline(database);
    this.#manySessions = markManySessions(database);
  }

  recordManySessions(ownership: number, at: UnixSeconds): void {
    this.#manySessions.run({ ownership, at });
  }

  record(tag: TagId, status: Status, at: UnixSeconds): void {
    const upsert = status.online ? this.#online : this.#offline;
    upsert.run({
      tag,
      at,
      settingsVersion: status.settingsVersion,
      firmware: status.firmware,
      refusedVersion: status.refusedSettings?.version ?? null,
      refusedReason: status.refusedSettings?.reason ?? null,
    });
  }
}
