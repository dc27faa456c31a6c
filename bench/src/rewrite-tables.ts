import { readFileSync, writeFileSync } from "node:fs";

/** The parsed lines of a file that a benchmark wrote with --json; none without a file. */
export function linesOf<Line>(file: string | undefined): readonly Line[] {
  if (file === undefined) return [];
  const rows = readFileSync(file, "utf8").split("\n");
  return rows.filter((row) => row.startsWith("{")).map((row) => JSON.parse(row) as Line);
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Replaces what is between `<!-- table NAME -->` and `<!-- end -->` of a page, for each of the tables. */
export function rewriteTables(page: URL, tables: ReadonlyMap<string, string>): void {
  let text = readFileSync(page, "utf8");
  for (const [name, table] of tables) {
    const [start, end] = [`<!-- table ${name} -->`, "<!-- end -->"];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${page.pathname} has no place for the table ${name}`);
    text = `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
  }
  writeFileSync(page, text);
}
