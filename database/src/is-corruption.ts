import BetterSqlite3 from "better-sqlite3";

/** Whether an error says that what is on disk is not what was written: a page that fails its check, or a broken tree. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof BetterSqlite3.SqliteError)) return false;
  return error.code.startsWith("SQLITE_CORRUPT") || error.code === "SQLITE_NOTADB";
}

/** What `read` gives, or `otherwise` when it meets a page that cannot be read. Not inside a transaction: all of it fails. */
export function unlessCorrupt<Result, Otherwise>(
  read: () => Result,
  otherwise: Otherwise,
): Result | Otherwise {
  try {
    return read();
  } catch (error) {
    if (isCorruption(error)) return otherwise;
    throw error;
  }
}

/** A row of which nothing but its id can be read. */
export interface LostRow<Id> {
  readonly lost: Id;
}

/** How to read a list whole, and how row by row. */
export interface ListReads<Row, Id> {
  readonly all: () => Row[];
  /** Of an index, so that pages with rows are not read. */
  readonly ids: () => Id[];
  readonly one: (id: Id) => Row | undefined;
}

/** All rows; when a page cannot be read, each row on its own, so that it takes no others with it. Not inside a transaction. */
export function allReadable<Row, Id>({ all, ids, one }: ListReads<Row, Id>): (Row | LostRow<Id>)[] {
  const rows = unlessCorrupt(all, "corrupt");
  if (rows !== "corrupt") return rows;
  const found: (Row | LostRow<Id>)[] = [];
  for (const id of ids()) {
    const row = unlessCorrupt<Row | LostRow<Id> | undefined, LostRow<Id>>(() => one(id), { lost: id });
    if (row !== undefined) found.push(row);
  }
  return found;
}

/** Whether a row of allReadable is one that cannot be read. */
export function isLost<Row extends object, Id>(row: Row | LostRow<Id>): row is LostRow<Id> {
  return "lost" in row;
}
