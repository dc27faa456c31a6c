import type { Database } from "@purrimeter/database/open-database";
import type { AuditKeys } from "./audit-keys.ts";
import { GrowingTree, HASH_BYTES, subtreesOf, type Subtree } from "./merkle-tree.ts";
import { conditionsOf, type TrailQuery } from "./trail-query.ts";
import { leafOfEntry, rowOfColumns, type TrailColumns, type TrailEvent, type TrailRow } from "./trail-row.ts";

/** What a row says is kept this long, 400 days: a year's pattern can be seen. Its hash stays. */
export const KEPT_S = 400 * 86_400;

/** The event that says up to which number contents were deleted. */
export const PRUNED = "trail.pruned";

/** Rows whose contents one run deletes. */
const PRUNED_AT_ONCE = 1_000;

const COLUMNS = "number, at, event, actor, account, subject, network, count, leaf, nodes, mac";
const INSERT = `INSERT INTO trail (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/gu, "?")})`;

function prepare(database: Database) {
  return {
    add: database.prepare<unknown[]>(INSERT),
    one: database.prepare<[number], TrailColumns>(`SELECT ${COLUMNS} FROM trail WHERE number = ?`),
    last: database.prepare<[], { number: number | null }>("SELECT max(number) AS number FROM trail"),
    ever: database.prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'trail'"),
    walk: database.prepare<[number], TrailColumns>(
      `SELECT ${COLUMNS} FROM trail WHERE number > ? ORDER BY number`,
    ),
    old: database.prepare<[number], { number: number | null }>(
      `SELECT max(number) AS number FROM (SELECT number FROM trail WHERE at < ? ORDER BY number LIMIT ${PRUNED_AT_ONCE})`,
    ),
    young: database.prepare<[number, number], { number: number | null }>(
      "SELECT min(number) AS number FROM trail WHERE number <= ? AND at >= ?",
    ),
    prune: database.prepare<[number]>(
      `UPDATE trail SET at = NULL, event = NULL, actor = NULL, account = NULL, subject = NULL, network = NULL, count = NULL
       WHERE number <= ? AND at IS NOT NULL`,
    ),
  };
}

/** Where a trail is. */
export interface TrailOptions {
  /** With the tables of TRAIL_SQL. */
  readonly database: Database;
  /** The tree's name, one for each database: `accounts` or `locations`. */
  readonly tree: string;
  readonly keys: AuditKeys;
}

/** The trail of a database. All of it is synchronous: a row is written in the transaction of what it tells of. */
export class Trail {
  readonly tree: string;
  readonly #database: Database;
  readonly #keys: AuditKeys;
  readonly #statements: ReturnType<typeof prepare>;

  constructor({ database, tree, keys }: TrailOptions) {
    this.tree = tree;
    this.#database = database;
    this.#keys = keys;
    this.#statements = prepare(database);
  }

  /**
   * Appends rows in the caller's write transaction, which must have begun: the tree's end is read anew each time, so
   * that other processes may append too. Throws when a row cannot be written; the act then fails with its transaction.
   */
  append(at: number, events: readonly TrailEvent[]): void {
    if (!this.#database.inTransaction)
      throw new Error("a trail's row belongs into the transaction of its act");
    const tree = this.treeOf(this.size());
    for (const { event, actor, account, subject, network, count } of events) {
      const number = tree.size + 1;
      const leaf = leafOfEntry({ number, at, event, actor, account, subject, network, count });
      const nodes = Buffer.concat(tree.push(leaf));
      const mac = this.#keys.macOf(this.tree, number, leaf);
      this.#statements.add.run(number, at, event, actor, account, subject, network, count, leaf, nodes, mac);
    }
  }

  /** Number of the newest row. */
  size(): number {
    return this.#statements.last.get()?.number ?? 0;
  }

  /** The highest number that a row ever had, also when it is gone. */
  highestNumber(): number {
    return this.#statements.ever.get()?.seq ?? 0;
  }

  /** The tree over the first `size` rows. Throws when one of the rows that it needs is missing. */
  treeOf(size: number): GrowingTree {
    return new GrowingTree(
      size,
      subtreesOf(size).map((subtree) => this.hashOf(subtree)),
    );
  }

  /** Hash of a whole subtree, from the row that completed it. */
  hashOf({ level, index }: Subtree): Buffer {
    const row = this.#statements.one.get((index + 1) * 2 ** level);
    const hash = level === 0 ? row?.leaf : row?.nodes.subarray((level - 1) * HASH_BYTES, level * HASH_BYTES);
    if (hash?.length !== HASH_BYTES)
      throw new Error("the audit trail is broken: purrimeter audit verify says where");
    return hash;
  }

  row(number: number): TrailRow | undefined {
    const columns = this.#statements.one.get(number);
    return columns && rowOfColumns(columns);
  }

  /** All rows in order, one at a time. */
  *rows(): Generator<TrailRow> {
    for (const columns of this.#statements.walk.iterate(0)) yield rowOfColumns(columns);
  }

  /** Rows of a query, oldest first; those whose contents are gone only when nothing is asked of the contents. */
  read(query: TrailQuery): TrailRow[] {
    const { conditions, values } = conditionsOf(query);
    const sql = `SELECT ${COLUMNS} FROM trail WHERE ${conditions.join(" AND ")} ORDER BY number LIMIT ?`;
    return this.#database
      .prepare<unknown[], TrailColumns>(sql)
      .all(...values, query.limit)
      .map(rowOfColumns);
  }

  /**
   * Deletes what rows say that are older than `before` and that no younger one precedes, at most a thousand of them, and
   * says so in the trail; in the caller's transaction. The number of rows.
   */
  prune(at: number, before: number): number {
    const oldest = this.#statements.old.get(before)?.number ?? 0;
    const young = this.#statements.young.get(oldest, before)?.number ?? undefined;
    const through = young === undefined ? oldest : young - 1;
    const { changes } = this.#statements.prune.run(through);
    if (changes > 0)
      this.append(at, [{ event: PRUNED, actor: "", account: "", subject: "", network: "", count: through }]);
    return changes;
  }
}
