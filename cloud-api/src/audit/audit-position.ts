import { z } from "zod";
import { invalidCursor, type Cursors, type CursorScope } from "../lists/cursors.ts";
import type { AuditQuery } from "./audit-schema.ts";

/** Where a list goes on, in each of the trees: after which row, and up to which. */
export interface AuditPosition {
  readonly accounts: TreePosition;
  readonly locations: TreePosition;
}

/** A stretch of a tree. */
export interface TreePosition {
  readonly after: number;
  /** Undefined at the beginning: the rows that are there then. */
  readonly through?: number | undefined;
}

/** The beginning of the list. */
const BEGINNING: AuditPosition = { accounts: { after: 0 }, locations: { after: 0 } };

const number = z.number().int().min(0);
const treeSchema = z.tuple([number, number]);
const sealedSchema = z.tuple([z.string(), treeSchema, treeSchema]);

/** What a cursor belongs to besides its owner: whoever asks for something else begins anew. */
function queryOf({ view, event, tagId, by, from, to }: AuditQuery): string {
  return JSON.stringify([view, event ?? null, tagId ?? null, by ?? null, from ?? null, to ?? null]);
}

/** Where the query goes on. Throws a problem `invalid-cursor` for a cursor of another account or another query. */
export function auditPosition(query: AuditQuery, cursors: Cursors, scope: CursorScope): AuditPosition {
  if (query.cursor === undefined) return BEGINNING;
  const sealed = sealedSchema.safeParse(cursors.open(scope, query.cursor));
  if (!sealed.success || sealed.data[0] !== queryOf(query)) throw invalidCursor();
  const [accounts, locations] = sealed.data
    .slice(1)
    .map((tree) => ({ after: Number(tree[0]), through: Number(tree[1]) }));
  return { accounts, locations } as AuditPosition;
}

/** The cursor that goes on there. */
export function auditCursor(
  { accounts, locations }: { readonly [Tree in keyof AuditPosition]: Required<TreePosition> },
  query: AuditQuery,
  cursors: Cursors,
  scope: CursorScope,
): string {
  const trees = [accounts, locations].map(({ after, through }) => [after, through]);
  return cursors.seal(scope, [queryOf(query), ...trees]);
}
