import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { GeofenceSetting, LostMode, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, TagId } from "@purrimeter/protocol/values";
import { openGeofence } from "./geofence-content.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import { MissingKeyError } from "../sealing/missing-key.ts";
import type { Database } from "@purrimeter/database/open-database";
import type { ChangedSettings, SettingsCursor } from "../recording/report-store.ts";
import { statement } from "../schema/statement.ts";

function prepare(database: Database) {
  return {
    tag: statement(database, (queries, args: { tag: string }) =>
      queries
        .selectFrom("tag")
        .innerJoin("ownership", "ownership.id", "tag.ownership")
        .leftJoin("lost_mode", (join) =>
          join.onRef("lost_mode.ownership", "=", "ownership.id").on("lost_mode.ended_at", "is", null),
        )
        .select(["lost_mode.interval_s", "lost_mode.buzz_s", "lost_mode.floor_percent", "lost_mode.until"])
        .select([
          "tag.settings_version",
          "ownership.id",
          "ownership.fix_interval_s",
          "ownership.report_interval_s",
          "ownership.detection",
        ])
        .where("tag.id", "=", args.tag)
        .where("tag.revoked_at", "is", null),
    ),
    geofences: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("assignment")
        .innerJoin("geofence", "geofence.id", "assignment.geofence")
        .select([
          "assignment.ref",
          "geofence.id",
          "geofence.owner",
          "geofence.version",
          "geofence.changed_at",
        ])
        .select(["geofence.sealing_key", "geofence.sealed"])
        .where("assignment.ownership", "=", args.ownership)
        .where("assignment.until_version", "is", null)
        .orderBy("assignment.ref"),
    ),
    wireVersion: statement(database, (queries, args: { tag: string }) =>
      queries.selectFrom("tag_status").select("wire_version").where("tag", "=", args.tag),
    ),
    changed: statement(database, (queries, args: { cursor: number }) =>
      queries
        .selectFrom("tag")
        .select(["id", "settings_change"])
        .where("settings_change", ">", args.cursor)
        .orderBy("settings_change"),
    ),
    newest: statement(database, (queries) =>
      queries.selectFrom("tag").select((is) => is.fn.max("settings_change").as("cursor")),
    ),
  };
}

type TagRow = NonNullable<ReturnType<ReturnType<typeof prepare>["tag"]["get"]>>;

function lostOf({
  interval_s: intervalS,
  buzz_s: buzzS,
  floor_percent: floorPercent,
  until,
}: TagRow): LostMode | undefined {
  if (intervalS === null || buzzS === null || floorPercent === null || until === null) return undefined;
  return { intervalS, floorPercent, buzzS, until };
}

/** What the cloud wants of tags, for the bridge to tell them. */
export class WantedSettings {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #keys: KeyCache;

  constructor(database: Database, keys: KeyCache) {
    this.#statements = prepare(database);
    this.#keys = keys;
  }

  /**
   * undefined for a tag without owner, or whose owner is being erased. Throws MissingKeyError when a geofence does not open.
   */
  async of(tag: TagId): Promise<Settings | undefined> {
    const row = this.#statements.tag.get({ tag });
    if (row === undefined) return undefined;
    const geofences: GeofenceSetting[] = [];
    for (const geofence of this.#statements.geofences.all({ ownership: row.id })) {
      const key = await this.#keys.look(geofence.sealing_key);
      if (key === "erased") return undefined;
      if (typeof key === "string") throw new MissingKeyError(key);
      const content = openGeofence(geofence, key);
      if (content === undefined) throw new MissingKeyError("unreadable");
      const { shape } = content;
      if (shape !== undefined) geofences.push({ ...shape, ref: geofence.ref as GeofenceRef });
    }
    const paces = { fixIntervalS: row.fix_interval_s, reportIntervalS: row.report_interval_s };
    const settings = { version: row.settings_version, ...paces, geofences };
    const lost = lostOf(row);
    return {
      ...settings,
      ...(row.detection !== "usual" && { detection: row.detection }),
      ...(lost !== undefined && { lost }),
    };
  }

  /** Newest wire version that the tag reads, as its last online status said; 1 for a tag that never said it. */
  wireVersionOf(tag: TagId): number {
    return this.#statements.wireVersion.get({ tag })?.wire_version ?? FIRST_WIRE_VERSION;
  }

  changedSince(cursor: SettingsCursor): ChangedSettings {
    const rows = this.#statements.changed.all({ cursor });
    return { tags: rows.map(({ id }) => id as TagId), cursor: rows.at(-1)?.settings_change ?? cursor };
  }

  newest(): SettingsCursor {
    return this.#statements.newest.get({})?.cursor ?? 0;
  }
}
