import type { Cursors, CursorScope } from "./cursors.ts";
import { idAfter, nextById } from "./page-position.ts";

/** A page of a list that is short enough to be read whole; its items ascend by id. */
export function pageOfList<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: { readonly cursor?: string | undefined; readonly limit: number },
  cursors: Cursors,
  scope: CursorScope,
): { items: Item[]; next: string | null } {
  const after = idAfter<string>(query.cursor, cursors, scope);
  const rest = after === undefined ? items : items.filter(({ id }) => id > after);
  const page = rest.slice(0, query.limit);
  const next = rest.length > page.length ? page.at(-1)?.id : undefined;
  return { items: page, next: nextById(next, cursors, scope) };
}
