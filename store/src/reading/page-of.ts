import type { Page } from "./page.ts";

/** The page of the first `limit` rows; one row more says that the list goes on. The next page begins after the last item. */
export async function pageOf<Row, Item, Position>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item | Promise<Item>,
  positionOf: (item: Item) => Position,
): Promise<Page<Item, Position>> {
  const items: Item[] = [];
  for (const row of rows.slice(0, limit)) items.push(await toItem(row));
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? positionOf(last) : undefined };
}
