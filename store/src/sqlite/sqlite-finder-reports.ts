import { createHmac, type KeyObject } from "node:crypto";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { OutboxRows } from "../alerts/outbox-rows.ts";
import type { FinderDraft, FinderReport, FinderReports } from "../tags/finder-reports.ts";
import { finderToDrop } from "../tags/finder-to-drop.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import { MissingKeyError } from "../sealing/missing-key.ts";
import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnedTags } from "../tags/owned-tags.ts";
import { normalisePrintedCode } from "../tags/printed-code.ts";
import { Sealer } from "../sealing/seal.ts";
import { statement } from "../schema/statement.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

interface ReportRow {
  readonly ownership: number;
  readonly at: number;
  readonly key: number;
  readonly sealed: Buffer;
  readonly address: Buffer;
}

function prepare(database: Database) {
  return {
    byCode: statement(database, (queries, args: { code: string }) =>
      queries
        .selectFrom("tag")
        .leftJoin("ownership", "ownership.id", "tag.ownership")
        .select(["tag.id as tag", "ownership.id as ownership", "ownership.sealing_key"])
        .where("tag.printed_code", "=", args.code),
    ),
    add: statement(database, (queries, args: ReportRow) =>
      queries.insertInto("found_report").values({
        ownership: args.ownership,
        at: args.at,
        sealing_key: args.key,
        sealed: args.sealed,
        address_hash: args.address,
      }),
    ),
    kept: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("found_report")
        .select(["id", "address_hash"])
        .where("ownership", "=", args.ownership)
        .orderBy("id"),
    ),
    drop: statement(database, (queries, args: { id: number }) =>
      queries.deleteFrom("found_report").where("id", "=", args.id),
    ),
    list: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("found_report").selectAll().where("ownership", "=", args.ownership).orderBy("id"),
    ),
    // Of the index on ownership and id: no row is read.
    ids: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("found_report").select("id").where("ownership", "=", args.ownership).orderBy("id"),
    ),
    one: statement(database, (queries, args: { ownership: number; id: number }) =>
      queries
        .selectFrom("found_report")
        .selectAll()
        .where("id", "=", args.id)
        .where("ownership", "=", args.ownership),
    ),
  };
}

const UNREADABLE = { message: undefined, contact: undefined, place: undefined } as const;

/** Reports of finders on SQLite. */
export class SqliteFinderReports implements FinderReports {
  readonly #keys: KeyCache;
  readonly #writes: WriteTransaction;
  readonly #now: () => UnixSeconds;
  readonly #outbox: OutboxRows;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, keys: KeyCache, writes: WriteTransaction, now: () => UnixSeconds) {
    this.#keys = keys;
    this.#writes = writes;
    this.#now = now;
    this.#outbox = new OutboxRows(database);
    this.#statements = prepare(database);
  }

  isTag(printedCode: string): Promise<boolean> {
    const code = normalisePrintedCode(printedCode);
    return Promise.try(() => this.#statements.byCode.get({ code }) !== undefined);
  }

  async report(printedCode: string, draft: FinderDraft, address: string): Promise<"taken" | "unknown-code"> {
    const code = normalisePrintedCode(printedCode);
    const row = this.#statements.byCode.get({ code });
    if (row === undefined) return "unknown-code";
    const { tag, ownership, sealing_key: keyId } = row;
    const key = keyId === null ? "erased" : await this.#keys.look(keyId);
    if (key === "missing" || key === "unreadable") throw new MissingKeyError(key);
    if (key === "erased" || ownership === null || keyId === null) return "taken";
    const at = this.#now();
    const sealer = new Sealer({ text: tag, number: ownership, keyId }, key);
    const sealed = sealer.seal(placeOf(at), Buffer.from(JSON.stringify(draft)));
    this.#writes.run(() => {
      if (this.#statements.byCode.get({ code })?.ownership !== ownership) return;
      this.#keep({ ownership, at, key: keyId, sealed, address: addressHash(key, ownership, address) });
    });
    return "taken";
  }

  #keep(row: ReportRow): void {
    const kept = this.#statements.kept.all({ ownership: row.ownership });
    const noted = kept.map(({ id, address_hash: hash }) => ({ id, address: hash?.toString("hex") }));
    const dropped = finderToDrop(noted, row.address.toString("hex"));
    if (dropped === "new") return;
    if (dropped !== "none") this.#statements.drop.run({ id: dropped });
    const report = this.#statements.add.insert(row);
    this.#outbox.add({
      ownership: row.ownership,
      kind: "found",
      at: row.at,
      learnedAt: row.at,
      subject: report,
    });
  }

  /** What finders wrote of a tag, for its present owner, oldest first. */
  async of(tags: OwnedTags, tag: TagId): Promise<readonly FinderReport[] | "not-found"> {
    const present = tags.present(tag);
    if (present === undefined) return "not-found";
    const reports: FinderReport[] = [];
    for (const row of this.#rowsOf(present.id)) {
      if (isLost(row)) {
        reports.push({ ...UNREADABLE, id: row.lost, at: 0 as UnixSeconds });
        continue;
      }
      const key = await this.#keys.look(row.sealing_key);
      if (key === "erased") return "not-found";
      const subject = { text: tag, number: present.id, keyId: row.sealing_key };
      const plain =
        typeof key === "string" ? undefined : new Sealer(subject, key).open(placeOf(row.at), row.sealed);
      const draft = plain === undefined ? UNREADABLE : (JSON.parse(plain.toString()) as FinderDraft);
      reports.push({ ...draft, id: row.id, at: row.at as UnixSeconds });
    }
    return reports;
  }

  #rowsOf(ownership: number) {
    const { list, ids, one } = this.#statements;
    return allReadable({
      all: () => list.all({ ownership }),
      ids: () => ids.all({ ownership }).map(({ id }) => id),
      one: (id) => one.get({ id, ownership }),
    });
  }
}

/**
 * Says whether two reports of an ownership came from one address, and nothing to anybody without the owner's key: the few
 * addresses that there are could be tried against a plain hash.
 */
function addressHash(key: KeyObject, ownership: number, address: string): Buffer {
  return createHmac("sha256", key).update(`finder address ${ownership} ${address}`).digest();
}

function placeOf(at: number) {
  return { kind: "found-report", epoch: 0, number: 0, at } as const;
}
