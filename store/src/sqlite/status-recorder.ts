import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { Status } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";
import type { TagSettings } from "../tags/tag-settings.ts";

interface StatusRow {
  readonly tag: string;
  readonly at: number;
  readonly settingsVersion: number;
  readonly firmware: string;
  readonly refusedVersion: number | null;
  readonly refusedReason: string | null;
  readonly wireVersion: number;
  readonly lost: number | null;
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
        wire_version: FIRST_WIRE_VERSION,
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
      wire_version: args.wireVersion,
      lost: args.lost,
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

function selectBefore(database: Database) {
  return statement(database, (queries, args: { tag: string }) =>
    queries
      .selectFrom("tag")
      .innerJoin("ownership", "ownership.id", "tag.ownership")
      .leftJoin("tag_status", "tag_status.tag", "tag.id")
      .leftJoin("lost_mode", (join) =>
        join.onRef("lost_mode.ownership", "=", "ownership.id").on("lost_mode.ended_at", "is", null),
      )
      .select(["ownership.detection", "tag_status.wire_version", "lost_mode.version as lost"])
      .where("tag.id", "=", args.tag),
  );
}

/** Keeps the last that a tag said of itself. Only inside a transaction. */
export class StatusRecorder {
  readonly #online: ReturnType<typeof upsertOnline>;
  readonly #offline: ReturnType<typeof upsertOffline>;
  readonly #before: ReturnType<typeof selectBefore>;
  readonly #manySessions: ReturnType<typeof markManySessions>;
  readonly #settings: TagSettings;

  constructor(database: Database, settings: TagSettings) {
    this.#before = selectBefore(database);
    this.#settings = settings;
    this.#online = upsertOnline(database);
    this.#offline = upsertOffline(database);
    this.#manySessions = markManySessions(database);
  }

  recordManySessions(ownership: number, at: UnixSeconds): void {
    this.#manySessions.run({ ownership, at });
  }

  record(tag: TagId, status: Status, at: UnixSeconds): void {
    const wireVersion = status.wireVersion ?? FIRST_WIRE_VERSION;
    if (status.online) this.#sendAgain(tag, wireVersion);
    const upsert = status.online ? this.#online : this.#offline;
    upsert.run({
      tag,
      at,
      settingsVersion: status.settingsVersion,
      firmware: status.firmware,
      refusedVersion: status.refusedSettings?.version ?? null,
      refusedReason: status.refusedSettings?.reason ?? null,
      wireVersion,
      lost: status.isLost === undefined ? null : Number(status.isLost),
    });
  }

  /** A tag does not take settings of the version that it runs again, and it took these without what version 1 lacks. */
  #sendAgain(tag: TagId, wireVersion: number): void {
    const before = this.#before.get({ tag });
    if (before === undefined || (before.detection === "usual" && before.lost === null)) return;
    const isOldBefore = (before.wire_version ?? FIRST_WIRE_VERSION) === FIRST_WIRE_VERSION;
    if (isOldBefore && wireVersion > FIRST_WIRE_VERSION) this.#settings.bump(tag);
  }
}
