/** How long a row is kept while nobody erases it. Conditions are SQL over the table's own columns. */
type Kept =
  /** As long as what it belongs to. */
  | { readonly until: "erased" }
  /**
   * The installation's retention: deleted when the condition holds, with the parameters @at (seconds of UTC) and @day (UTC
   * days since 1970). `rows`: a few rows at a time. `chain`: along the chain of pieces of a day. `holder`: with everything
   * else of the holder.
   */
  | { readonly until: "old"; readonly where: string; readonly removal: "rows" | "chain" | "holder" }
  /** Until something newer of the same holder is written; the code that writes it deletes the oldest. */
  | { readonly until: "replaced"; readonly by: string }
  /** Until a time of its own has passed; the code that writes to the table deletes it. */
  | { readonly until: "expired"; readonly when: string };

/** As what the rows are in an owner's export, or why they are in none. */
type Exported = { readonly as: string } | { readonly never: string };

/**
 * Which rows are whose: for each kind of holder a condition with the parameter of its name (`@owner`). They are erased
 * with the holder. Or why no erasure deletes them.
 */
type Erased<Holder extends string> =
  { readonly with: Readonly<Partial<Record<Holder, string>>> } | { readonly never: string };

/**
 * What becomes of the rows of a table. Retention and erasure delete what the entries of a database's registry say, in the
 * order of the entries: a table that another's condition reads comes after it.
 */
export interface TableEntry<Holder extends string> {
  readonly table: string;
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Whose data it is. `installation`: of those who run it. `nobody`: says nothing of a person or a tag. */
  readonly whose: Holder | "installation" | "nobody";
  /** Holders whose own age limit deletes rows too. */
  readonly alsoOldWith?: readonly Holder[];
  readonly kept: Kept;
  readonly exported: Exported;
  readonly erased: Erased<Holder>;
  /** True when erasure goes along the chain of pieces of a day: the table has no index by holder. */
  readonly isChained?: true;
}

/** The condition for the rows of a holder, or undefined when the table has none. */
export function heldRows<Holder extends string>(
  entry: TableEntry<Holder>,
  holder: Holder,
): string | undefined {
  return "with" in entry.erased ? entry.erased.with[holder] : undefined;
}

/** Statements that erase a holder, in order; those of chained tables left out. */
export function erasureSql<Holder extends string>(
  tables: readonly TableEntry<Holder>[],
  holder: Holder,
): string[] {
  return tables.flatMap((entry) => {
    const where = heldRows(entry, holder);
    return where === undefined || entry.isChained ? [] : [`DELETE FROM ${entry.table} WHERE ${where}`];
  });
}

/**
 * Statements that each delete at most so many rows of a holder that are too old, of the tables that are cleared by rows and are
 * that kind of holder's; `installation`: of what belongs to no holder, without a parameter.
 */
export function retentionSql<Holder extends string>(
  tables: readonly TableEntry<Holder>[],
  holder: Holder | "installation",
  rows: number,
): string[] {
  return tables.flatMap((entry) => {
    const { table, key, kept } = entry;
    if (!isOldWith(entry, holder) || kept.until !== "old" || kept.removal !== "rows") return [];
    const columns = key.join(", ");
    const old = `SELECT ${columns} FROM ${table} WHERE ${oldRows(tables, table, holder)} LIMIT ${rows}`;
    return [`DELETE FROM ${table} WHERE (${columns}) IN (${old})`];
  });
}

function isOldWith<Holder extends string>(
  { whose, alsoOldWith }: TableEntry<Holder>,
  holder: Holder | "installation",
): boolean {
  return whose === holder || (alsoOldWith ?? []).some((other) => other === holder);
}

/** The condition by which a table's rows of a holder are too old. Throws for a table without one: the registry is ours. */
export function oldRows<Holder extends string>(
  tables: readonly TableEntry<Holder>[],
  table: string,
  holder: Holder | "installation",
): string {
  const entry = tables.find((other) => other.table === table);
  if (entry?.kept.until !== "old") throw new Error(`${table} is not kept by age`);
  if (holder === "installation") return entry.kept.where;
  const held = heldRows(entry, holder);
  if (held === undefined) throw new Error(`${table} has no rows of such a holder`);
  return `(${held}) AND (${entry.kept.where})`;
}
