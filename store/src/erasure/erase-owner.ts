import type { Untelling } from "../alerts/untelling.ts";
import type { StoreEvent } from "../audit/store-event.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId } from "@purrimeter/protocol/values";
import type { ListedErasure } from "./erasure-list.ts";
import type { RowDeletion } from "./row-deletion.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import { ownedThrough, prepareKnownTimes } from "../tags/owned-through.ts";
import type { TagSettings } from "../tags/tag-settings.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

function prepare(database: Database) {
  return {
    knownTimes: prepareKnownTimes(database),
    held: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("tag")
        .select(["ownership", "last_owned_at"])
        .where("ownership", "=", args.ownership),
    ),
    release: statement(database, (queries, args: { ownership: number; ownedAt: number }) =>
      queries
        .updateTable("tag")
        .set({ ownership: null, last_owned_at: args.ownedAt })
        .where("ownership", "=", args.ownership)
        .returning("id"),
    ),
    end: statement(database, (queries, args: { ownership: number; at: number }) =>
      queries
        .updateTable("ownership")
        .set({ ended_at: args.at })
        .where("id", "=", args.ownership)
        .where("ended_at", "is", null),
    ),
    ownerships: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("ownership").select("id").where("owner", "=", args.owner),
    ),
  };
}

/** What OwnerErasure is made of. */
export interface OwnerErasureParts {
  readonly database: Database;
  readonly keyRing: KeyRing;
  readonly keys: KeyCache;
  readonly writes: WriteTransaction;
  readonly erasing: RowDeletion;
  readonly settings: TagSettings;
  readonly now: () => number;
  readonly trail: StoreTrail;
  readonly untelling: Untelling;
  /** Deletes the archives that the owner asked for. */
  readonly eraseExports: (owner: OwnerId) => void;
  /** Told of an owner before the key is destroyed. */
  readonly onErase: (erasure: ListedErasure) => void;
}

/** Ends ownerships and deletes what was stored in them. First nobody can read it any more, then it goes. */
export class OwnerErasure {
  readonly #parts: OwnerErasureParts;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(parts: OwnerErasureParts) {
    this.#parts = parts;
    this.#statements = prepare(parts.database);
  }

  async tag(tags: OwnedTags, tag: TagId): Promise<"erased" | "not-found"> {
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    const { owner } = tags;
    this.#end(ownership, { event: "tag.erased", actor: owner, account: owner, subject: tag });
    await this.#parts.erasing.ownership(ownership);
    return "erased";
  }

  async owner(owner: OwnerId): Promise<void> {
    const ownerships = this.#statements.ownerships.all({ owner }).map(({ id }) => id);
    for (const ownership of ownerships) this.#end(ownership);
    this.#parts.trail.endReadsOf(owner);
    this.#parts.writes.run(() => {
      this.#parts.trail.record({ event: "locations.erased", actor: owner, account: owner, subject: "" });
    });
    this.#parts.onErase({ owner, at: this.#parts.now() });
    await this.#parts.keyRing.destroy(owner);
    this.#parts.keys.forget(owner);
    this.#parts.eraseExports(owner);
    for (const ownership of ownerships) await this.#parts.erasing.ownership(ownership);
    this.#parts.erasing.owner(owner);
  }

  /** Nothing of the tag is taken from now on; its key is gone with the ownership's rows, or with the owner's key before. */
  #end(ownership: number, event?: StoreEvent): void {
    this.#parts.writes.run(() => {
      if (event !== undefined) this.#parts.trail.record(event);
      const at = this.#parts.now();
      this.#statements.end.run({ ownership, at });
      this.#parts.untelling.ownership(ownership);
      const held = this.#statements.held.get({ ownership });
      const known = held && ownedThrough(this.#statements.knownTimes, held);
      const ownedAt = Math.max(at, known ?? 0);
      const released = this.#statements.release.all({ ownership, ownedAt });
      for (const { id } of released) this.#parts.settings.bump(id);
    });
  }
}
