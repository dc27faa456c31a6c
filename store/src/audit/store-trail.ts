import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { CheckpointSigner } from "@purrimeter/audit/checkpoint-signer";
import { Trail } from "@purrimeter/audit/trail";
import { TrailNames } from "@purrimeter/audit/trail-names";
import type { Database } from "@purrimeter/database/open-database";
import type { Time } from "@purrimeter/service/time";

/** What the trail of locations records. Names are stable. */
type StoreEventName =
  | "geofence.changed"
  | "geofence.created"
  | "geofence.deleted"
  | "account.exported"
  | "account.imported"
  | "location.believed"
  | "location.doubted"
  | "locations.erased"
  | "locations.exported"
  | "locations.read"
  | "locations.read-more"
  | "locations.stretch-erased"
  | "share.accepted"
  | "share.invited"
  | "share.left"
  | "share.removed"
  | "tag.claimed"
  | "tag.erased"
  | "transfer.accepted"
  | "transfer.cancelled"
  | "transfer.confirmed"
  | "transfer.offered";

/** Who did what to whose tag: ids of accounts, which become pseudonyms. */
export interface StoreEvent {
  readonly event: StoreEventName;
  readonly actor: string;
  /** The tag's owner. */
  readonly account: string;
  /** Id of the tag or geofence. */
  readonly subject: string;
  readonly count?: number;
}

/** What the trail is written with. */
export interface StoreTrailOptions {
  /** 32 bytes, secret `audit-key`. */
  readonly key: Uint8Array;
  readonly time: Time;
  /** Told when a checkpoint could not be written. */
  readonly failed: (error: unknown) => void;
}

/** Name of the tree of locations. */
const LOCATIONS_TREE = "locations";

/** Reads are counted by the hour. */
const HOUR_S = 3_600;
/** Readers and tags of an hour whose counts are kept; more than these end the hour early. */
const MAX_COUNTED = 10_000;

function ownerStatement(database: Database) {
  const sql = "SELECT owner, tag FROM ownership WHERE id = ?";
  return database.prepare<[number], { owner: string; tag: string }>(sql);
}

interface Counted {
  readonly read: StoreEvent;
  readonly hour: number;
  count: number;
}

/** The trail of what is done to tags, and of who looks at them. Without options nothing is recorded. */
export class StoreTrail {
  readonly #database: Database;
  readonly #options: StoreTrailOptions | undefined;
  readonly #trail: Trail | undefined;
  readonly #names: TrailNames;
  readonly #signer: CheckpointSigner | undefined;
  #ownerOf: ReturnType<typeof ownerStatement> | undefined;
  readonly #counted = new Map<string, Counted>();

  constructor(database: Database, options: StoreTrailOptions | undefined) {
    this.#database = database;
    this.#options = options;
    this.#names = new TrailNames(database);
    if (options === undefined) return;
    const keys = new AuditKeys(options.key);
    this.#trail = new Trail({ database, tree: LOCATIONS_TREE, keys });
    const path = checkpointFileOf(database.name);
    this.#signer = new CheckpointSigner({ ...options, trail: this.#trail, keys, path });
    this.#signer.grown();
  }

  /** Whose an ownership is, and of which tag. */
  ownerOf(ownership: number): { readonly owner: string; readonly tag: string } {
    this.#ownerOf ??= ownerStatement(this.#database);
    return this.#ownerOf.get(ownership) ?? { owner: "", tag: "" };
  }

  /** In the transaction of the act, which fails when the row cannot be written. */
  record({ event, actor, account, subject, count = 0 }: StoreEvent): void {
    if (this.#options === undefined || this.#trail === undefined) return;
    const names = { actor: this.#names.of(actor), account: this.#names.of(account) };
    this.#trail.append(this.#options.time.utcS(), [{ event, ...names, subject, network: "", count }]);
    this.#signer?.grown();
  }

  /**
   * Somebody reads where a tag is or was: the first time in an hour is recorded at once, before anything is answered; how
   * often it was is recorded when the hour is over. Throws when it cannot be recorded.
   */
  read(actor: string, account: string, tag: string): void {
    if (this.#options === undefined) return;
    const hour = Math.floor(this.#options.time.utcS() / HOUR_S);
    const key = `${actor} ${account} ${tag}`;
    const known = this.#counted.get(key);
    if (known?.hour === hour) {
      known.count++;
      return;
    }
    this.endHours(this.#counted.size >= MAX_COUNTED ? Infinity : hour);
    const read: StoreEvent = { event: "locations.read", actor, account, subject: tag };
    this.#write(() => {
      this.record(read);
    });
    this.#counted.set(key, { read, hour, count: 1 });
  }

  /** The owner takes the tag's locations away in a file. Throws when it cannot be recorded. */
  exported(owner: string, tag: string): void {
    if (this.#options === undefined) return;
    this.#write(() => {
      this.record({ event: "locations.exported", actor: owner, account: owner, subject: tag });
    });
  }

  /** Records the counts of hours before the given one, and forgets them. */
  endHours(before: number): void {
    const over = [...this.#counted].filter(([, { hour }]) => hour < before);
    const more = over.filter(([, { count }]) => count > 1);
    if (more.length > 0)
      this.#write(() => {
        for (const [, { read, count }] of more) this.record({ ...read, event: "locations.read-more", count });
      });
    for (const [key] of over) this.#counted.delete(key);
  }

  /** The hours that are over by now. */
  endPastHours(): void {
    if (this.#options !== undefined) this.endHours(Math.floor(this.#options.time.utcS() / HOUR_S));
  }

  /** Records all counts and the last checkpoint. To be called before the database is closed. */
  close(): void {
    this.endHours(Infinity);
    this.#signer?.close();
  }

  #write(work: () => void): void {
    this.#database.transaction(work).immediate();
  }
}
