import { createSecretKey, type KeyObject } from "node:crypto";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { KeyCache } from "./key-cache.ts";
import type { KeyRing, WrappedKey } from "@purrimeter/secrets/key-ring";
import type { Database } from "@purrimeter/database/open-database";
import { MissingKeyError } from "./missing-key.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

function prepare(database: Database) {
  return {
    owner: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("owner").select("sealing_key").where("id", "=", args.owner),
    ),
    addOwner: statement(database, (queries, args: { owner: string; key: number }) =>
      queries.insertInto("owner").values({ id: args.owner, sealing_key: args.key }),
    ),
    moveOwner: statement(database, (queries, args: { owner: string; key: number; former: number }) =>
      queries
        .updateTable("owner")
        .set({ sealing_key: args.key })
        .where("id", "=", args.owner)
        .where("sealing_key", "=", args.former),
    ),
    know: statement(database, (queries, args: { owner: string }) =>
      queries
        .insertInto("known_owner")
        .values({ id: args.owner })
        .onConflict((conflict) => conflict.column("id").doNothing()),
    ),
    knows: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("known_owner").select("id").where("id", "=", args.owner),
    ),
    knowsAll: statement(database, (queries) => queries.updateTable("installation").set({ knows_owners: 1 })),
    addKey: statement(database, (queries, args: { owner: string; wrapped: Buffer }) =>
      queries.insertInto("sealing_key").values({ owner: args.owner, wrapped: args.wrapped }),
    ),
    keys: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("sealing_key").select(["id", "wrapped"]).where("owner", "=", args.owner),
    ),
    setKey: statement(database, (queries, args: { id: number; wrapped: Buffer; former: Buffer }) =>
      queries
        .updateTable("sealing_key")
        .set({ wrapped: args.wrapped })
        .where("id", "=", args.id)
        .where("wrapped", "=", args.former),
    ),
  };
}

/** As many requests to a Vault at once as it has connections; a transaction that other writers do not notice. */
const REWRAPPED_AT_ONCE = 16;

/** A new sealing key, ready for its row. */
export interface FreshKey {
  readonly key: KeyObject;
  readonly wrapped: Buffer;
}

/** What OwnerKeys is made of. */
export interface OwnerKeysParts {
  readonly database: Database;
  readonly keyRing: KeyRing;
  readonly keys: KeyCache;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
}

/** Makes and finds the sealing keys of owners. */
export class OwnerKeys {
  readonly #keyRing: KeyRing;
  readonly #keys: KeyCache;
  readonly #writes: WriteTransaction;
  readonly #statements: ReturnType<typeof prepare>;

  readonly #trail: StoreTrail;

  constructor({ database, keyRing, keys, writes, trail }: OwnerKeysParts) {
    this.#keyRing = keyRing;
    this.#keys = keys;
    this.#writes = writes;
    this.#statements = prepare(database);
    this.#trail = trail;
  }

  /** The key of a row, for writing: throws MissingKeyError when it is not to be had. */
  async byId(id: number): Promise<KeyObject> {
    const key = await this.#keys.look(id);
    if (typeof key === "string") throw new MissingKeyError(key);
    return key;
  }

  /** The key of a row, for reading; undefined when it is not to be had: what it sealed is unreadable. */
  async find(id: number): Promise<KeyObject | undefined> {
    const key = await this.#keys.look(id);
    return typeof key === "string" ? undefined : key;
  }

  /**
   * 32 random bytes, wrapped under the owner's key, which is made for an owner of whom nothing is sealed. Throws
   * MissingKeyError when something is and the key is not there: another key would shut the owner out of it for ever.
   */
  async fresh(owner: OwnerId): Promise<FreshKey> {
    const present = await this.#keyRing.generate(owner);
    if (present !== "unknown-owner") return freshKey(present);
    if (this.#statements.keys.get({ owner }) !== undefined) throw new MissingKeyError("missing");
    if (this.#statements.knows.get({ owner }) === undefined)
      this.#writes.run(() => this.#statements.know.run({ owner }));
    await this.#keyRing.create(owner);
    const made = await this.#keyRing.generate(owner);
    if (made === "unknown-owner") throw new Error("the key ring forgot an owner it just made");
    return freshKey(made);
  }

  /** Takes all owners of the key ring for known. */
  async knowAll(): Promise<void> {
    const owners = await this.#keyRing.owners();
    this.#writes.run(() => {
      for (const owner of owners) this.#statements.know.run({ owner });
      this.#statements.knowsAll.run({});
    });
  }

  /** Adds the row of a fresh key; only inside a transaction. */
  add(owner: OwnerId, fresh: FreshKey): number {
    return this.#statements.addKey.insert({ owner, wrapped: fresh.wrapped });
  }

  /** The key that seals what belongs to an owner and to no tag: geofences. Made at first use, and anew when it does not open. */
  async ofOwner(owner: OwnerId): Promise<{ id: number; key: KeyObject }> {
    const former = this.#statements.owner.get({ owner })?.sealing_key;
    const known = former === undefined ? undefined : await this.#keys.look(former);
    if (former !== undefined && typeof known === "object") return { id: former, key: known };
    if (known === "missing" || known === "erased") throw new MissingKeyError(known);
    const fresh = await this.fresh(owner);
    this.#writes.run(() => {
      if (this.#statements.owner.get({ owner })?.sealing_key !== former) return;
      const key = this.add(owner, fresh);
      if (former === undefined) this.#statements.addOwner.run({ owner, key });
      else this.#statements.moveOwner.run({ owner, key, former });
    });
    return this.ofOwner(owner);
  }

  /**
   * After the owner's key was rotated: wraps the sealing keys that are under an older version under the newest. No
   * sealed row changes. Broken off, it goes on when it is called again. The number of keys that were rewrapped.
   */
  async rewrap(owner: OwnerId): Promise<number> {
    const newest = await this.#keyRing.version(owner);
    if (newest === "unknown-owner") return 0;
    const rows = this.#statements.keys.all({ owner });
    const old = rows.filter(({ wrapped }) => (this.#keyRing.versionOf(wrapped) ?? 0) < newest);
    for (let from = 0; from < old.length; from += REWRAPPED_AT_ONCE)
      await this.#rewrapRows(owner, old.slice(from, from + REWRAPPED_AT_ONCE));
    return old.length;
  }

  async #rewrapRows(owner: OwnerId, rows: readonly { id: number; wrapped: Buffer }[]): Promise<void> {
    const rewrapped = await Promise.all(
      rows.map(async ({ id, wrapped: former }) => {
        const wrapped = await this.#keyRing.rewrap(owner, former);
        if (typeof wrapped === "string") throw new Error(`sealing key ${id} is ${wrapped}`);
        return { id, wrapped, former };
      }),
    );
    this.#writes.run(() => {
      for (const row of rewrapped) this.#statements.setKey.run(row);
      const count = rewrapped.length;
      this.#trail.record({ event: "owner-key.rotated", actor: "", account: owner, subject: "", count });
    });
  }
}

function freshKey({ key, wrapped }: WrappedKey): FreshKey {
  return { key: createSecretKey(key), wrapped };
}
