import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { allReadable, isLost, unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Assignments } from "./assign-geofence.ts";
import { openGeofence, sealGeofence } from "./geofence-content.ts";
import type { GeofenceRow, prepareGeofences } from "./geofence-statements.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type {
  Geofence,
  GeofenceDraft,
  GeofenceId,
  GeofenceOutcome,
  GeofenceRefusal,
  GeofenceShape,
} from "./geofence.ts";
import type { ListRange, Page } from "../reading/page.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { pageOf } from "../reading/page-of.ts";
import { createRandomId } from "../random-id.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** An owner of twenty cats with eight each; more is a mistake or an attack. */
export const MAX_OWNER_GEOFENCES = 200;

/** Of SQLite's LIMIT. */
const NO_LIMIT = -1;

/** What OwnedGeofences is made of. */
export interface OwnedGeofencesParts {
  readonly statements: ReturnType<typeof prepareGeofences>;
  readonly owner: OwnerId;
  readonly trail: StoreTrail;
  readonly tags: OwnedTags;
  readonly keys: OwnerKeys;
  readonly assignments: Assignments;
  readonly writes: WriteTransaction;
  readonly now: () => UnixSeconds;
}

type Refused = Extract<GeofenceOutcome, { kind: "refused" }>;

function refusedFor(reason: Exclude<GeofenceRefusal, "tag-not-found">): Refused {
  return { kind: "refused", reason };
}

/** The geofences of one owner. */
export class OwnedGeofences {
  readonly #parts: OwnedGeofencesParts;
  readonly #statements: ReturnType<typeof prepareGeofences>;

  constructor(parts: OwnedGeofencesParts) {
    this.#parts = parts;
    this.#statements = parts.statements;
  }

  async list(range: ListRange<GeofenceId>): Promise<Page<Geofence, GeofenceId>> {
    const wanted = { owner: this.#parts.owner, after: range.after ?? "", limit: range.limit + 1 };
    const rows = allReadable({
      all: () => this.#statements.list.all(wanted),
      ids: () => this.#livingIds(wanted),
      one: (id) => this.#statements.get.get({ owner: wanted.owner, id }),
    });
    return await pageOf(
      rows,
      range.limit,
      (row) => (isLost(row) ? this.#unreadable(row.lost) : this.#toGeofence(row)),
      ({ id }) => id,
    );
  }

  /** An account has few enough that all are looked at: those that were deleted are known by an index alone. */
  #livingIds({ owner, after, limit }: { owner: string; after: string; limit: number }): GeofenceId[] {
    const ids = this.#statements.ids.all({ owner, after, limit: NO_LIMIT });
    const deleted = new Set(unlessCorrupt(() => this.#statements.deleted.all({}), []).map(({ id }) => id));
    return ids
      .filter(({ id }) => !deleted.has(id))
      .map(({ id }) => id as GeofenceId)
      .slice(0, limit);
  }

  /** What is left of a geofence without the page that cannot be read: its dates are 1970. */
  #unreadable(id: GeofenceId): Geofence {
    const times = { createdAt: 0 as UnixSeconds, changedAt: 0 as UnixSeconds };
    return {
      id,
      name: undefined,
      shape: undefined,
      tagIds: this.#parts.assignments.tagsOf(id),
      version: 0,
      ...times,
    };
  }

  async get(id: GeofenceId): Promise<Geofence | "not-found"> {
    const { owner } = this.#parts;
    const row = unlessCorrupt(() => this.#statements.get.get({ owner, id }), "corrupt");
    if (row === "corrupt")
      return this.#livingIds({ owner, after: "", limit: Infinity }).includes(id)
        ? this.#unreadable(id)
        : "not-found";
    return row === undefined ? "not-found" : this.#toGeofence(row);
  }

  async create(draft: GeofenceDraft): Promise<GeofenceOutcome> {
    const { owner, keys, writes, now } = this.#parts;
    const sealing = await keys.ofOwner(owner);
    const at = now();
    const row = {
      id: createRandomId<GeofenceId>(),
      owner,
      version: 1,
      created_at: at,
      changed_at: at,
      sealing_key: sealing.id,
    };
    const sealed = sealGeofence(row, sealing.key, { name: draft.name, shape: draft.shape });
    const refused = writes.run(() => {
      if ((this.#statements.count.get({ owner })?.count ?? 0) >= MAX_OWNER_GEOFENCES)
        return refusedFor("too-many-owned");
      const refusal = this.#assign(row.id, draft) ?? this.#add({ ...row, deleted_at: null, sealed });
      if (refusal === undefined) this.#record("geofence.created", row.id);
      return refusal;
    });
    return this.#outcome(refused, row.id);
  }

  async replace(
    id: GeofenceId,
    draft: GeofenceDraft,
    expected: number | undefined,
  ): Promise<GeofenceOutcome> {
    const { owner, keys, writes, now } = this.#parts;
    const sealing = await keys.ofOwner(owner);
    const refused = writes.run((): Refused | undefined => {
      const old = this.#statements.get.get({ owner, id });
      if (old === undefined) return refusedFor("not-found");
      if (expected !== undefined && old.version !== expected) return refusedFor("version-mismatch");
      const row = { ...old, version: old.version + 1, changed_at: now(), sealing_key: sealing.id };
      const sealed = sealGeofence(row, sealing.key, { name: draft.name, shape: draft.shape });
      const refusal = this.#assign(id, draft) ?? this.#set({ ...row, sealed });
      if (refusal === undefined) this.#record("geofence.changed", id);
      return refusal;
    });
    return this.#outcome(refused, id);
  }

  /** The shape goes at once; the name stays sealed for the events that speak of it, until they go too. */
  async delete(
    id: GeofenceId,
    expected: number | undefined,
  ): Promise<"deleted" | "not-found" | "version-mismatch"> {
    const { owner, keys, writes, now, assignments } = this.#parts;
    const seen = this.#statements.get.get({ owner, id });
    if (seen === undefined) return "not-found";
    const oldKey = await keys.find(seen.sealing_key);
    const sealing = await keys.ofOwner(owner);
    return writes.run(() => {
      const old = this.#statements.get.get({ owner, id });
      if (old === undefined) return "not-found";
      if (expected !== undefined && old.version !== expected) return "version-mismatch";
      const name = (oldKey && openGeofence(old, oldKey)?.name) ?? null;
      const row = {
        ...old,
        version: old.version + 1,
        changed_at: now(),
        deleted_at: now(),
        sealing_key: sealing.id,
      };
      assignments.assign(id, 0, new Map());
      this.#set({ ...row, sealed: sealGeofence(row, sealing.key, { name, shape: undefined }) });
      this.#record("geofence.deleted", id);
      return "deleted";
    });
  }

  #record(event: "geofence.changed" | "geofence.created" | "geofence.deleted", subject: GeofenceId): void {
    const { owner, trail } = this.#parts;
    trail.record({ event, actor: owner, account: owner, subject });
  }

  #assign(id: GeofenceId, draft: GeofenceDraft): Refused | undefined {
    const { tags, assignments } = this.#parts;
    const ownerships = new Map<TagId, number>();
    for (const [at, tag] of draft.tagIds.entries()) {
      const ownership = tags.present(tag)?.id;
      if (ownership === undefined) return { kind: "refused", reason: "tag-not-found", at };
      const refusal = assignments.refusal(ownership, id, verticesOf(draft.shape));
      if (refusal !== undefined) return refusedFor(refusal);
      ownerships.set(tag, ownership);
    }
    assignments.assign(id, verticesOf(draft.shape), ownerships);
    return undefined;
  }

  #add(row: GeofenceRow): undefined {
    this.#statements.add.run(row);
  }

  #set(row: GeofenceRow): undefined {
    this.#statements.set.run(row);
  }

  async #outcome(refused: Refused | undefined, id: GeofenceId): Promise<GeofenceOutcome> {
    if (refused !== undefined) return refused;
    const geofence = await this.get(id);
    // Deleted in between by the same owner elsewhere.
    return geofence === "not-found" ? { kind: "refused", reason: geofence } : { kind: "written", geofence };
  }

  async #toGeofence(row: GeofenceRow): Promise<Geofence> {
    const key = await this.#parts.keys.find(row.sealing_key);
    const content = key && openGeofence(row, key);
    if (content !== undefined && content.shape === undefined)
      throw new Error(`geofence ${row.id} lost its shape`);
    const { name, shape } = { name: content?.name ?? undefined, shape: content?.shape };
    const id = row.id as GeofenceId;
    const times = { createdAt: row.created_at as UnixSeconds, changedAt: row.changed_at as UnixSeconds };
    return { id, name, shape, tagIds: this.#parts.assignments.tagsOf(id), version: row.version, ...times };
  }
}

function verticesOf(shape: GeofenceShape): number {
  return shape.kind === "polygon" ? shape.vertices.length : 0;
}
