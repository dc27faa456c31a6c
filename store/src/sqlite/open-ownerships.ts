import type { TagId } from "@purrimeter/protocol/values";
import type { KeyCache } from "../sealing/key-cache.ts";
import type { Database } from "@purrimeter/database/open-database";
import type { RegistrationState } from "../recording/report-store.ts";
import { Sealer } from "../sealing/seal.ts";
import { statement } from "../schema/statement.ts";

/** The present ownership of a tag, with what seals in it. */
export interface OpenOwnership {
  readonly id: number;
  readonly tag: TagId;
  readonly entriesFrom: number;
  readonly settingsFrom: number;
  readonly sealer: Sealer;
}

/** Longer than this an ownership's key is not kept without asking the key ring again. */
const KEEP_MS = 5 * 60_000;

function selectTag(database: Database) {
  return statement(database, (queries, args: { tag: string }) =>
    queries
      .selectFrom("tag")
      .leftJoin("ownership", "ownership.id", "tag.ownership")
      .select([
        "tag.revoked_at",
        "ownership.id",
        "ownership.sealing_key",
        "ownership.entries_from",
        "ownership.settings_from",
      ])
      .where("tag.id", "=", args.tag),
  );
}

function updateStart(database: Database) {
  return statement(database, (queries, args: { id: number; entriesFrom: number }) =>
    queries.updateTable("ownership").set({ entries_from: args.entriesFrom }).where("id", "=", args.id),
  );
}

/** Who owns which tag, remembered until another process writes. */
export class OpenOwnerships {
  readonly #open = new Map<TagId, { readonly ownership: OpenOwnership; readonly untilMs: number }>();
  readonly #keys: KeyCache;
  readonly #monotonicMs: () => number;
  readonly #select: ReturnType<typeof selectTag>;
  readonly #updateStart: ReturnType<typeof updateStart>;

  constructor(database: Database, keys: KeyCache, monotonicMs: () => number) {
    this.#keys = keys;
    this.#monotonicMs = monotonicMs;
    this.#select = selectTag(database);
    this.#updateStart = updateStart(database);
  }

  registrationState(tag: TagId): RegistrationState {
    if (this.#open.has(tag)) return "claimed";
    const row = this.#select.get({ tag });
    if (row === undefined) return "unknown";
    if (row.revoked_at !== null) return "revoked";
    return row.id === null ? "unclaimed" : "claimed";
  }

  /** The open ownership if it is at hand: no waiting on the way of most reports. */
  peek(tag: TagId): OpenOwnership | undefined {
    const kept = this.#open.get(tag);
    return kept !== undefined && kept.untilMs > this.#monotonicMs() ? kept.ownership : undefined;
  }

  /** `unclaimed` for every tag of which nothing is taken; `key-missing` while what it says cannot be sealed. */
  async open(tag: TagId): Promise<OpenOwnership | "unclaimed" | "key-missing"> {
    const row = this.#select.get({ tag });
    if (row === undefined || row.revoked_at !== null) return "unclaimed";
    if (row.id === null || row.sealing_key === null || row.entries_from === null) return "unclaimed";
    if (row.settings_from === null) return "unclaimed";
    const key = await this.#keys.look(row.sealing_key);
    if (typeof key === "string") return key === "erased" ? "unclaimed" : "key-missing";
    const sealer = new Sealer({ text: tag, number: row.id, keyId: row.sealing_key }, key);
    const ownership = {
      id: row.id,
      tag,
      entriesFrom: row.entries_from,
      settingsFrom: row.settings_from,
      sealer,
    };
    this.#open.set(tag, { ownership, untilMs: this.#monotonicMs() + KEEP_MS });
    return ownership;
  }

  /** Whether it is still the tag's ownership and key: asked inside the transaction that writes. */
  isPresent(ownership: OpenOwnership): boolean {
    if (this.#open.get(ownership.tag)?.ownership === ownership) return true;
    const row = this.#select.get({ tag: ownership.tag });
    return row?.revoked_at === null && row.id === ownership.id && row.sealing_key === ownership.sealer.keyId;
  }

  /** The ownership with another start; only inside a transaction. It is read again for the next report. */
  startingAt(ownership: OpenOwnership, entriesFrom: number): OpenOwnership {
    this.#updateStart.run({ id: ownership.id, entriesFrom });
    this.#open.delete(ownership.tag);
    return { ...ownership, entriesFrom };
  }

  /** Forgets everything. */
  clear(): void {
    this.#open.clear();
  }
}
