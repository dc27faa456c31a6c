import { MAX_GEOFENCES, MAX_TAG_VERTICES } from "@purrimeter/protocol/limits";
import type { TagId } from "@purrimeter/protocol/values";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { GeofenceId, GeofenceRefusal } from "./geofence.ts";
import { statement } from "../schema/statement.ts";
import type { TagSettings } from "../tags/tag-settings.ts";

/** Ended assignments kept of an ownership, for transitions that are still in a tag's journal. */
const MAX_ENDED = 512;
const MAX_REF = 255;

/** Why a tag cannot run another geofence. */
type TagRefusal = Extract<GeofenceRefusal, "too-many-geofences" | "too-many-vertices">;

interface AssignmentRow {
  readonly ownership: number;
  readonly ref: number;
  readonly version: number;
  readonly geofence: string;
  readonly vertices: number;
}

function prepare(database: Database) {
  return {
    ofOwnership: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("assignment")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .orderBy("since_version"),
    ),
    tagsOf: statement(database, (queries, args: { geofence: string }) =>
      queries
        .selectFrom("assignment")
        .innerJoin("ownership", "ownership.id", "assignment.ownership")
        .innerJoin("tag", "tag.ownership", "ownership.id")
        .select(["tag.id as tag", "assignment.ownership", "assignment.ref", "assignment.since_version"])
        .where("assignment.geofence", "=", args.geofence)
        .where("assignment.until_version", "is", null)
        .orderBy("tag.id"),
    ),
    add: statement(database, (queries, args: AssignmentRow) =>
      queries.insertInto("assignment").values({
        ownership: args.ownership,
        ref: args.ref,
        since_version: args.version,
        until_version: null,
        geofence: args.geofence,
        vertices: args.vertices,
      }),
    ),
    resize: statement(database, (queries, args: { geofence: string; vertices: number }) =>
      queries
        .updateTable("assignment")
        .set({ vertices: args.vertices })
        .where("geofence", "=", args.geofence)
        .where("until_version", "is", null),
    ),
    end: statement(database, (queries, args: Omit<AssignmentRow, "ref" | "vertices">) =>
      queries
        .updateTable("assignment")
        .set({ until_version: args.version })
        .where("ownership", "=", args.ownership)
        .where("geofence", "=", args.geofence)
        .where("until_version", "is", null),
    ),
    drop: statement(database, (queries, args: { ownership: number; ref: number; since: number }) =>
      queries
        .deleteFrom("assignment")
        .where("ownership", "=", args.ownership)
        .where("ref", "=", args.ref)
        .where("since_version", "=", args.since),
    ),
  };
}

/** Which tag runs which geofence, under which small number. Only inside a transaction. */
export class Assignments {
  readonly #settings: TagSettings;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, settings: TagSettings) {
    this.#settings = settings;
    this.#statements = prepare(database);
  }

  /** To be shown: none when a page of it cannot be read. */
  tagsOf(geofence: GeofenceId): TagId[] {
    const rows = unlessCorrupt(() => this.#statements.tagsOf.all({ geofence }), []);
    return rows.map(({ tag }) => tag as TagId);
  }

  /** Whether the tag of that ownership may run the geofence with so many vertices beside what it runs already. */
  refusal(ownership: number, geofence: GeofenceId, vertices: number): TagRefusal | undefined {
    const others = this.#running(ownership).filter((row) => row.geofence !== geofence);
    if (others.length + 1 > MAX_GEOFENCES) return "too-many-geofences";
    const total = others.reduce((sum, row) => sum + row.vertices, vertices);
    return total > MAX_TAG_VERTICES ? "too-many-vertices" : undefined;
  }

  /** Makes these tags, and no others, run the geofence as it is now; each of them gets a new version of settings. */
  assign(geofence: GeofenceId, vertices: number, tags: ReadonlyMap<TagId, number>): void {
    this.#statements.resize.run({ geofence, vertices });
    const running = new Map(
      this.#statements.tagsOf.all({ geofence }).map((row) => [row.tag as TagId, row.ownership]),
    );
    for (const [tag, ownership] of running) {
      const version = this.#settings.bump(tag);
      if (!tags.has(tag)) this.#statements.end.run({ ownership, geofence, version });
    }
    for (const [tag, ownership] of tags) if (!running.has(tag)) this.#add(tag, ownership, geofence, vertices);
  }

  #running(ownership: number) {
    return this.#statements.ofOwnership.all({ ownership }).filter((row) => row.until_version === null);
  }

  #add(tag: TagId, ownership: number, geofence: GeofenceId, vertices: number): void {
    const ref = this.#freeRef(ownership);
    const version = this.#settings.bump(tag);
    this.#statements.add.run({ ownership, ref, version, geofence, vertices });
    this.#dropOldest(ownership);
  }

  /** A number that was never used, or has been free longest: a journal may still speak of its last geofence. */
  #freeRef(ownership: number): number {
    const lastUsed = new Map<number, number>();
    for (const { ref, until_version: until } of this.#statements.ofOwnership.all({ ownership }))
      lastUsed.set(ref, Math.max(lastUsed.get(ref) ?? 0, until ?? Infinity));
    let best = 0;
    for (let ref = 0; ref <= MAX_REF; ref++)
      if ((lastUsed.get(ref) ?? -1) < (lastUsed.get(best) ?? -1)) best = ref;
    return best;
  }

  #dropOldest(ownership: number): void {
    const ended = this.#statements.ofOwnership.all({ ownership }).filter((row) => row.until_version !== null);
    for (const row of ended.slice(0, Math.max(0, ended.length - MAX_ENDED)))
      this.#statements.drop.run({ ownership, ref: row.ref, since: row.since_version });
  }
}
