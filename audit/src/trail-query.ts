import { ACTOR_CONDITIONS, type ActorKind } from "./actor-kind.ts";

/** Which rows are read. Texts are pseudonyms or ids as they are in the rows. */
export interface TrailQuery {
  /** Only rows after this number. */
  readonly after: number;
  /** Only rows up to this number, so that a list ends although reading it adds rows. */
  readonly through?: number | undefined;
  readonly limit: number;
  readonly actor?: string | undefined;
  readonly account?: string | undefined;
  /** Only rows of what this account did or of what was done to it. */
  readonly own?: string | undefined;
  readonly by?: ActorKind | undefined;
  readonly subject?: string | undefined;
  readonly event?: string | undefined;
  /** Seconds of UTC, both inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What a query asks, for SQLite. A partial index is used only where its own condition is in the query. */
export function conditionsOf(query: TrailQuery): {
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
} {
  const { after, through, actor, account, own, by, subject, event, from, to } = query;
  const wanted: [condition: string, ...values: unknown[]][] = [["number > ?", after]];
  if (through !== undefined) wanted.push(["number <= ?", through]);
  if (actor !== undefined) wanted.push(["actor = ? AND actor <> ''", actor]);
  if (account !== undefined) wanted.push(["account = ? AND account <> ''", account]);
  if (own !== undefined)
    wanted.push(["((actor = ? AND actor <> '') OR (account = ? AND account <> ''))", own, own]);
  if (by !== undefined) wanted.push([`(${ACTOR_CONDITIONS[by]})`]);
  if (subject !== undefined) wanted.push(["subject = ?", subject]);
  if (event !== undefined) wanted.push(["event = ?", event]);
  if (from !== undefined) wanted.push(["at >= ?", from]);
  if (to !== undefined) wanted.push(["at <= ?", to]);
  return {
    conditions: wanted.map(([condition]) => condition),
    values: wanted.flatMap(([, ...values]) => values),
  };
}
