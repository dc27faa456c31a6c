import { leafHash } from "./merkle-tree.ts";

/** What happened. Every text is an id, a name of an event or a keyed hash; none names a person or a place. */
export interface TrailEvent {
  /** Stable name, e.g. `share.removed`. */
  readonly event: string;
  /** Pseudonym of the account that did it; empty when that is not known or no account did. */
  readonly actor: string;
  /** Pseudonym of the account that it was done to. */
  readonly account: string;
  /** Id of the tag, share, session, token or geofence that it is about; empty for none. */
  readonly subject: string;
  /** Keyed hash of the client's network; empty for none. */
  readonly network: string;
  /** How many, where a row stands for several; 0 otherwise. */
  readonly count: number;
}

/** A row's content: the leaf is its hash. */
export interface TrailEntry extends TrailEvent {
  /** From 1, without a gap. */
  readonly number: number;
  /** Seconds of UTC. */
  readonly at: number;
}

/** A row as it is stored. */
export interface TrailRow {
  readonly number: number;
  /** Undefined once it is older than the trail keeps contents. */
  readonly entry: TrailEntry | undefined;
  readonly leaf: Buffer;
  /** Hashes of the subtrees that the leaf completes, from level 1 on, one after the other. */
  readonly nodes: Buffer;
  /** Proves that the row was written with the installation's key. */
  readonly mac: Buffer;
}

/** The text whose hash is the leaf. */
export function textOfEntry({
  number,
  at,
  event,
  actor,
  account,
  subject,
  network,
  count,
}: TrailEntry): string {
  return JSON.stringify([number, at, event, actor, account, subject, network, count]);
}

/** The leaf of an entry. */
export function leafOfEntry(entry: TrailEntry): Buffer {
  return leafHash(Buffer.from(textOfEntry(entry)));
}

/** Columns of a stored row, as SQLite gives them. */
export interface TrailColumns {
  readonly number: number;
  readonly at: number | null;
  readonly event: string | null;
  readonly actor: string | null;
  readonly account: string | null;
  readonly subject: string | null;
  readonly network: string | null;
  readonly count: number | null;
  readonly leaf: Buffer;
  readonly nodes: Buffer;
  readonly mac: Buffer;
}

/** The row of its columns. An entry of which a part is missing is none. */
export function rowOfColumns(columns: TrailColumns): TrailRow {
  const { number, at, event, actor, account, subject, network, count, leaf, nodes, mac } = columns;
  const isWhole =
    at !== null &&
    event !== null &&
    actor !== null &&
    account !== null &&
    subject !== null &&
    network !== null;
  const entry =
    isWhole && count !== null ? { number, at, event, actor, account, subject, network, count } : undefined;
  return { number, entry, leaf, nodes, mac };
}
