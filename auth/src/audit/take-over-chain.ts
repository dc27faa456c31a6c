import type { Database } from "@purrimeter/database/open-database";
import type { TrailEvent } from "@purrimeter/audit/trail-row";
import type { Trail } from "@purrimeter/audit/trail";
import type { TrailNames } from "@purrimeter/audit/trail-names";
import { BROKEN_CHAIN } from "@purrimeter/audit/verify-trail";
import { createHash } from "node:crypto";

/** A row of the chain of an earlier version. */
export interface ChainRow {
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly account: string;
  readonly session: string;
  readonly network: string;
  readonly previous: string;
  readonly hash: string;
}

const AT_ONCE = 1_000;
const NOTHING = { actor: "", account: "", network: "", count: 0 } as const;

/** The hash of a row of the chain: it covers the row and the hash before it. */
export function hashOfChainRow({
  previous,
  at,
  event,
  account,
  session,
  network,
}: Omit<ChainRow, "hash">): string {
  return createHash("sha256")
    .update(JSON.stringify([previous, at, event, account, session, network]))
    .digest("hex");
}

/**
 * Makes the rows of an earlier version's chain the first rows of the tree, once, in one transaction. The chain is
 * verified first; where it is broken a row says so, and verifying the trail fails from then on.
 */
export function takeOverChain(database: Database, trail: Trail, names: TrailNames): void {
  const any = database.prepare("SELECT 1 FROM audit_event LIMIT 1");
  if (any.get() === undefined) return;
  const takeOver = database.transaction(() => {
    // Another process may have done it meanwhile.
    if (any.get() === undefined) return;
    const last = appendRows(database, trail, names);
    const given = database
      .prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit_event'")
      .pluck()
      .get();
    const isCut = last.brokenAt === undefined && Number(given) > last.number;
    const brokenAt = isCut ? last.number + 1 : last.brokenAt;
    const event = brokenAt === undefined ? "trail.earlier-chain" : BROKEN_CHAIN;
    trail.append(last.at, [{ ...NOTHING, event, subject: last.hash, count: brokenAt ?? last.number }]);
    database.exec("DELETE FROM audit_event");
  });
  takeOver.immediate();
}

/** What was found of the chain. */
interface Found extends Pick<ChainRow, "number" | "at" | "hash"> {
  readonly brokenAt: number | undefined;
}

function appendRows(database: Database, trail: Trail, names: TrailNames): Found {
  const page = database.prepare<[number], ChainRow>(
    `SELECT * FROM audit_event WHERE number > ? ORDER BY number LIMIT ${AT_ONCE}`,
  );
  let [last, brokenAt]: [ChainRow | undefined, number | undefined] = [undefined, undefined];
  for (let rows = page.all(0); rows.length > 0; rows = page.all(last?.number ?? 0))
    for (const row of rows) {
      if (!isNext(last, row)) brokenAt ??= row.number;
      trail.append(row.at, [eventOf(row, names)]);
      last = row;
    }
  return { number: last?.number ?? 0, at: last?.at ?? 0, hash: last?.hash ?? "", brokenAt };
}

function isNext(last: ChainRow | undefined, row: ChainRow): boolean {
  const isAfter = last === undefined || (row.number === last.number + 1 && row.previous === last.hash);
  return isAfter && row.hash === hashOfChainRow(row);
}

function eventOf({ event, account, session, network }: ChainRow, names: TrailNames): TrailEvent {
  const name = names.of(account);
  return { event, actor: "", account: name, subject: session, network, count: 0 };
}
