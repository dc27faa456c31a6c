import { actorKindOf, type ActorKind } from "@purrimeter/audit/actor-kind";
import { proveUnderHead, type RowProof } from "@purrimeter/audit/prove-row";
import type { TrailHead } from "@purrimeter/audit/checkpoint-signer";
import type { TrailQuery } from "@purrimeter/audit/trail-query";
import type { TrailEntry } from "@purrimeter/audit/trail-row";
import type { Database } from "@purrimeter/database/open-database";
import type { Cancel } from "@purrimeter/service/time";
import type { StoreTrail } from "./store-trail.ts";

/** A row that still says something. */
export type TrailViewRow = TrailEntry & {
  /** Base64. */
  readonly leaf: string;
  /** The kind of who did it. */
  readonly by: ActorKind;
};

/** The share through which somebody looked, found by the pseudonym of who looked. */
const SHARE_SQL = `SELECT share.id FROM share JOIN ownership ON ownership.id = share.ownership
  JOIN trail_name ON trail_name.account = share.viewer
  WHERE trail_name.name = ? AND ownership.owner = ? AND ownership.tag = ? ORDER BY share.accepted_at DESC LIMIT 1`;

function shareStatement(database: Database) {
  return database.prepare<[string, string, string], { id: string }>(SHARE_SQL);
}

/** The trail of locations, for who reads it and for a service that keeps it up. */
export class TrailView {
  readonly #database: Database;
  readonly #trail: StoreTrail;
  #shareOf: ReturnType<typeof shareStatement> | undefined;

  constructor(database: Database, trail: StoreTrail) {
    this.#database = database;
    this.#trail = trail;
  }

  /** Rows oldest first; none where nothing is recorded. */
  read(query: TrailQuery): readonly TrailViewRow[] {
    const rows = this.#trail.open?.trail.read({ from: 0, ...query }) ?? [];
    return rows.flatMap(({ entry, leaf }) =>
      entry === undefined ? [] : [{ ...entry, leaf: leaf.toString("base64"), by: actorKindOf(entry) }],
    );
  }

  /** The account's pseudonym; undefined when no row is about it. */
  nameOf(account: string): string | undefined {
    return this.#trail.nameOf(account);
  }

  /** The share by which an owner lets somebody see a tag, of whom the pseudonym is known; undefined when there is none now. */
  shareOf(viewer: string, owner: string, tag: string): string | undefined {
    this.#shareOf ??= shareStatement(this.#database);
    return this.#shareOf.get(viewer, owner, tag)?.id;
  }

  /** Proofs that rows are in the tree, under its signed head. Undefined for a row that is none. */
  prove(numbers: readonly number[]): readonly (RowProof | undefined)[] {
    const { open } = this.#trail;
    if (open === undefined) return numbers.map(() => undefined);
    const head = open.signer.head();
    return numbers.map((number) => {
      const proof = proveUnderHead(open, head, number);
      return proof === "no-such-row" ? undefined : proof;
    });
  }

  /** Rows of the trail. */
  size(): number {
    return this.#trail.open?.trail.size() ?? 0;
  }

  /** The signed head of the tree, to be kept elsewhere; undefined when there is no row, or it cannot be signed. */
  head(): TrailHead | undefined {
    return this.#trail.head();
  }

  /** Records that a service starts. Throws when it cannot be recorded. */
  recordStart(service: string, version: string): void {
    const subject = `${service} ${version}`;
    this.#trail.recordAlone({ event: "service.started", actor: "", account: "", subject });
  }

  /** Verifies the trail soon and then each day; the caller cancels it. */
  watch(told: Parameters<StoreTrail["watch"]>[0]): Cancel {
    return this.#trail.watch(told);
  }

  /** Records how often tags were looked at in hours that are over. */
  endPastHours(): void {
    this.#trail.endPastHours();
  }

  /** Deletes what rows older than 400 days say, as of a time in seconds of UTC that is trusted. The number of rows. */
  prune(asOf: number): number {
    return this.#trail.prune(asOf);
  }
}
