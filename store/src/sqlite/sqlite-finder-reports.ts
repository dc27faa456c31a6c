import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import {
  MAX_FINDER_REPORTS,
  type FinderDraft,
  type FinderReport,
  type FinderReports,
} from "../tags/finder-reports.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import { MissingKeyError } from "../sealing/missing-key.ts";
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
      queries
        .insertInto("found_report")
        .values({ ownership: args.ownership, at: args.at, sealing_key: args.key, sealed: args.sealed }),
    ),
    drop: statement(database, (queries, args: { ownership: number; keep: number }) =>
      queries
        .deleteFrom("found_report")
        .where("ownership", "=", args.ownership)
        .where("id", "not in", (inner) =>
          inner
            .selectFrom("found_report")
            .select("id")
            .where("ownership", "=", args.ownership)
            .orderBy("id", "desc")
            .limit(args.keep),
        ),
    ),
    list: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("found_report").selectAll().where("ownership", "=", args.ownership).orderBy("id"),
    ),
  };
}

const UNREADABLE = { message: undefined, contact: undefined, place: undefined } as const;

/** Reports of finders on SQLite. */
export class SqliteFinderReports implements FinderReports {
  readonly #keys: KeyCache;
  readonly #writes: WriteTransaction;
  readonly #now: () => UnixSeconds;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, keys: KeyCache, writes: WriteTransaction, now: () => UnixSeconds) {
    this.#keys = keys;
    this.#writes = writes;
    this.#now = now;
    this.#statements = prepare(database);
  }

  isTag(printedCode: string): Promise<boolean> {
    const code = normalisePrintedCode(printedCode);
    return Promise.try(() => this.#statements.byCode.get({ code }) !== undefined);
  }

  async report(printedCode: string, draft: FinderDraft): Promise<"taken" | "unknown-code"> {
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
      this.#statements.add.run({ ownership, at, key: keyId, sealed });
      this.#statements.drop.run({ ownership, keep: MAX_FINDER_REPORTS });
    });
    return "taken";
  }

  /** What finders wrote of a tag, for its present owner, oldest first. */
  async of(tags: OwnedTags, tag: TagId): Promise<readonly FinderReport[] | "not-found"> {
    const present = tags.present(tag);
    if (present === undefined) return "not-found";
    const reports: FinderReport[] = [];
    for (const row of this.#statements.list.all({ ownership: present.id })) {
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
}

function placeOf(at: number) {
  return { kind: "found-report", epoch: 0, number: 0, at } as const;
}
