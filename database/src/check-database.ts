import { corruptPages } from "./corrupt-pages.ts";
import { isCorruption } from "./is-corruption.ts";
import type { Database } from "./open-database.ts";

/** A page or a table that cannot be read. */
export interface DatabaseFault {
  /** undefined where the pages are of no table (free, or of the list of tables), or of several. */
  readonly table: string | undefined;
  /** Page numbers from 1 on; the offset in the file is (page - 1) x 4096. Empty when none is known. */
  readonly pages: readonly number[];
}

interface Tree {
  readonly table: string;
  readonly root: number;
}

/**
 * Reads every page of a database and names what is corrupt; empty when it is whole. With the key the pages are named too:
 * with their table when one table alone is corrupt, otherwise as a fault of no table. Takes about a second for 200 MiB, in
 * which this thread does nothing else; other connections are not kept waiting.
 */
export function checkDatabase(database: Database, key?: Buffer): DatabaseFault[] {
  const faults = faultsOf(database);
  if (key === undefined || faults.length === 0) return faults;
  const pages = corruptPages(database.name, key);
  const [only, ...others] = faults;
  if (only === undefined || pages.length === 0) return faults;
  return others.length === 0 ? [{ ...only, pages }] : [...faults, { table: undefined, pages }];
}

function faultsOf(database: Database): DatabaseFault[] {
  const whole = attempt(() => database.pragma("quick_check(1000)", { simple: false }));
  if (whole !== undefined && isOk(whole)) return [];
  const trees = attempt(() => treesOf(database));
  if (trees === undefined) return [{ table: undefined, pages: [1] }];
  const tables = [...new Set(trees.map(({ table }) => table))];
  const faults = tables.flatMap((table) => faultOf(database, table));
  return faults.length > 0 ? faults : [{ table: undefined, pages: pagesIn(whole ?? []) }];
}

/** One statement for each table, because SQLite stops at the first page that cannot be read and takes the rest for bad. */
function faultOf(database: Database, table: string): DatabaseFault[] {
  const found = attempt(() => database.pragma(`quick_check('${table.replaceAll("'", "''")}')`));
  if (found !== undefined && isOk(found)) return [];
  return [{ table, pages: found === undefined ? [] : pagesIn(found) }];
}

function treesOf(database: Database): Tree[] {
  const select = database.prepare<[], Tree>(
    "SELECT tbl_name AS 'table', rootpage AS root FROM sqlite_master WHERE rootpage > 0",
  );
  return select.all();
}

function isOk(rows: unknown): boolean {
  return textsIn(rows).every((text) => text === "ok");
}

function textsIn(rows: unknown): string[] {
  return (rows as readonly { readonly quick_check: string }[]).map((row) => row.quick_check);
}

/** SQLite says "Tree 12 page 40: …". After the first page that fails, it names pages that are whole: only that one is taken. */
function pagesIn(rows: unknown): number[] {
  const page = /[Pp]age (\d+)/.exec(textsIn(rows).join("\n"))?.[1];
  return page === undefined ? [] : [Number(page)];
}

/** undefined when the database itself is what fails; anything else is thrown. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}
