import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { CheckpointSigner, type TrailHead } from "@purrimeter/audit/checkpoint-signer";
import { KEPT_S, Trail } from "@purrimeter/audit/trail";
import { watchTrail, type WatchTrailOptions } from "@purrimeter/audit/watch-trail";
import { TrailNames } from "@purrimeter/audit/trail-names";
import type { Database } from "@purrimeter/database/open-database";
import type { Cancel, Time } from "@purrimeter/service/time";
import { ReadCounts } from "./read-counts.ts";
import type { StoreEvent, TagRead } from "./store-event.ts";

/** What the trail is written with. */
export interface StoreTrailOptions {
  /** 32 bytes, secret `audit-key`. */
  readonly key: Uint8Array;
  readonly time: Time;
  /** Told when a checkpoint could not be written. */
  readonly failed: (error: unknown) => void;
  /** Told of every event that an act records, in its transaction. */
  readonly listener?: ((event: StoreEvent) => void) | undefined;
}

/** Name of the tree of locations. */
const LOCATIONS_TREE = "locations";

function ownerStatement(database: Database) {
  const sql = "SELECT owner, tag FROM ownership WHERE id = ?";
  return database.prepare<[number], { owner: string; tag: string }>(sql);
}

/** A trail that is written, and with what. */
export interface OpenStoreTrail {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  readonly signer: CheckpointSigner;
  readonly time: Time;
  readonly listener: ((event: StoreEvent) => void) | undefined;
}

function openTrail(database: Database, { key, time, failed, listener }: StoreTrailOptions): OpenStoreTrail {
  const keys = new AuditKeys(key);
  const trail = new Trail({ database, tree: LOCATIONS_TREE, keys });
  const path = checkpointFileOf(database.name);
  const signer = new CheckpointSigner({ trail, keys, path, time, failed });
  signer.grown();
  return { trail, keys, signer, time, listener };
}

/** The trail of what is done to tags, and of who looks at them. Without options nothing is recorded. */
export class StoreTrail {
  readonly #database: Database;
  readonly #open: OpenStoreTrail | undefined;
  readonly #names: TrailNames;
  readonly #reads: ReadCounts;
  #ownerOf: ReturnType<typeof ownerStatement> | undefined;

  constructor(database: Database, options: StoreTrailOptions | undefined) {
    this.#database = database;
    this.#names = new TrailNames(database);
    this.#open = options && openTrail(database, options);
    this.#reads = new ReadCounts((events) => {
      this.#write(() => {
        for (const event of events) this.record(event);
      });
    });
  }

  /** undefined where nothing is recorded. */
  get open(): OpenStoreTrail | undefined {
    return this.#open;
  }

  /** Whose an ownership is, and of which tag. */
  ownerOf(ownership: number): { readonly owner: string; readonly tag: string } {
    this.#ownerOf ??= ownerStatement(this.#database);
    return this.#ownerOf.get(ownership) ?? { owner: "", tag: "" };
  }

  /** In the transaction of the act, which fails when the row cannot be written. */
  record(happened: StoreEvent): void {
    if (this.#open === undefined) return;
    const { event, actor, account, subject, count = 0 } = happened;
    const { listener, signer, time, trail } = this.#open;
    const names = { actor: this.#names.of(actor), account: this.#names.of(account) };
    trail.append(time.utcS(), [{ event, ...names, subject, network: "", count }]);
    signer.grown();
    listener?.(happened);
  }

  /** Records what has no transaction of its own. Throws when it cannot be recorded. */
  recordAlone(event: StoreEvent): void {
    this.#write(() => {
      this.record(event);
    });
  }

  /** Before anything is answered. Throws when it cannot be recorded. */
  read(read: TagRead): void {
    if (this.#open !== undefined) this.#reads.read(read, this.#open.time.utcS());
  }

  /** Records the counts of the hours that are over by now. */
  endPastHours(): void {
    if (this.#open !== undefined) this.#reads.endBefore(this.#open.time.utcS());
  }

  /** To be called before an owner is erased: a count that is recorded later would give the account a pseudonym again. */
  endReadsOf(owner: string): void {
    this.#reads.endOf(owner);
  }

  /** The account's pseudonym; undefined when it has none. */
  nameOf(account: string): string | undefined {
    return this.#names.find(account);
  }

  /** The head of the tree, signed; undefined when there is no row, or it cannot be signed. */
  head(): TrailHead | undefined {
    return this.#open?.signer.head();
  }

  /** Deletes what rows older than 400 days say, as of a time that is trusted; in seconds of UTC. The number of rows. */
  prune(asOf: number): number {
    if (this.#open === undefined) return 0;
    const { signer, time, trail } = this.#open;
    const pruneSome = this.#database.transaction(() => trail.prune(time.utcS(), asOf - KEPT_S));
    let count = 0;
    for (let pruned = pruneSome.immediate(); pruned > 0; pruned = pruneSome.immediate()) count += pruned;
    if (count > 0) signer.grown();
    return count;
  }

  /** Verifies the trail soon and then each day, until it is cancelled. */
  watch(told: Pick<WatchTrailOptions, "alarms" | "log" | "time">): Cancel {
    if (this.#open === undefined) return () => undefined;
    return watchTrail({ ...this.#open, path: checkpointFileOf(this.#database.name), ...told });
  }

  /** Records all counts and the last checkpoint. To be called before the database is closed. */
  close(): void {
    this.#reads.endBefore(Infinity);
    this.#open?.signer.close();
  }

  #write(work: () => void): void {
    if (this.#open !== undefined) this.#database.transaction(work).immediate();
  }
}
