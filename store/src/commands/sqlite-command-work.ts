import type { Database } from "@purrimeter/database/open-database";
import type { GroupCommit } from "@purrimeter/database/group-commit";
import type { Command } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { statement } from "../schema/statement.ts";
import type { CommandReason, CommandState, CommandWork } from "./command.ts";
import { prepareBump } from "./command-statements.ts";

interface Change {
  readonly ownership: number;
  readonly id: number;
  readonly state: CommandState;
  readonly reason: CommandReason | null;
  readonly at: number | null;
  readonly change: number;
}

const OPEN = ["pending", "sent"] as const;

/** What a tag is still to be told: a viewer's only while a share lets the viewer. */
function prepareOpen(database: Database) {
  return statement(database, (queries, args: { tag: string; now: number }) =>
    queries
      .selectFrom("command")
      .innerJoin("tag", "tag.ownership", "command.ownership")
      .select(["command.id", "command.kind", "command.seconds", "command.expires_at"])
      .where("tag.id", "=", args.tag)
      .where("tag.revoked_at", "is", null)
      .where("command.state", "in", OPEN)
      .where("command.expires_at", ">=", args.now)
      .where((is) =>
        is.or([
          is("command.viewer", "is", null),
          is.exists(
            is
              .selectFrom("share")
              .select("share.id")
              .whereRef("share.ownership", "=", "command.ownership")
              .whereRef("share.viewer", "=", "command.viewer")
              .where("share.commands", "=", 1)
              .where((ends) => ends.or([ends("ends_at", "is", null), ends("ends_at", ">", args.now)])),
          ),
        ]),
      )
      .orderBy("command.created_at")
      .orderBy("command.change"),
  );
}

function prepare(database: Database) {
  return {
    bump: prepareBump(database),
    changed: statement(database, (queries, args: { cursor: number }) =>
      queries
        .selectFrom("tag")
        .select(["id", "command_change"])
        .where("command_change", ">", args.cursor)
        .orderBy("command_change"),
    ),
    newest: statement(database, (queries) =>
      queries.selectFrom("tag").select((is) => is.fn.max("command_change").as("cursor")),
    ),
    open: prepareOpen(database),
    mark: statement(database, (queries, args: Change) =>
      queries
        .updateTable("command")
        .set((is) => ({
          state: args.state,
          reason: args.reason,
          sent_at: is.fn.coalesce("sent_at", is.val(args.at)),
          change: args.change,
        }))
        .where("ownership", "=", args.ownership)
        .where("id", "=", args.id)
        .where("state", "in", OPEN),
    ),
    ownership: statement(database, (queries, args: { tag: string }) =>
      queries.selectFrom("tag").select("ownership").where("id", "=", args.tag),
    ),
    // Partial indexes are used when the query has their condition in the same words.
    over: database.prepare<[number], { ownership: number; id: number }>(
      "SELECT ownership, id FROM command WHERE state IN ('pending', 'sent') AND expires_at < ?",
    ),
    expire: statement(database, (queries, args: Pick<Change, "ownership" | "id" | "change">) =>
      queries
        .updateTable("command")
        .set({ state: "expired", change: args.change })
        .where("ownership", "=", args.ownership)
        .where("id", "=", args.id)
        .where("state", "in", OPEN),
    ),
  };
}

/** The bridge's side of commands on SQLite. */
export class SqliteCommandWork implements CommandWork {
  readonly #commits: GroupCommit;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, commits: GroupCommit) {
    this.#commits = commits;
    this.#statements = prepare(database);
  }

  commandsChangedSince(
    cursor: number | undefined,
  ): Promise<{ readonly tags: readonly TagId[]; readonly cursor: number }> {
    return Promise.try(() => {
      const { changed, newest } = this.#statements;
      if (cursor === undefined) return { tags: [], cursor: newest.get({})?.cursor ?? 0 };
      const rows = changed.all({ cursor });
      return { tags: rows.map(({ id }) => id as TagId), cursor: rows.at(-1)?.command_change ?? cursor };
    });
  }

  openCommands(tag: TagId, now: UnixSeconds): Promise<readonly Command[]> {
    return Promise.try(() =>
      this.#statements.open
        .all({ tag, now })
        .map(({ id, kind, seconds, expires_at: expiresAt }) => ({ id, action: kind, seconds, expiresAt })),
    );
  }

  async markSent(tag: TagId, id: number, at: UnixSeconds): Promise<boolean> {
    return (await this.#commits.submit(() => this.#mark(tag, id, "sent", null, at))) === true;
  }

  async markTooOld(tag: TagId, id: number): Promise<void> {
    await this.#commits.submit(() => this.#mark(tag, id, "refused", "too-old", null));
  }

  async expireCommands(now: UnixSeconds): Promise<void> {
    const { over, expire, bump } = this.#statements;
    if (over.get(now) === undefined) return;
    await this.#commits.submit(() => {
      for (const { ownership, id } of over.all(now))
        expire.run({ ownership, id, change: bump.get({ ownership })?.command_change ?? 0 });
    });
  }

  #mark(
    tag: TagId,
    id: number,
    state: CommandState,
    reason: CommandReason | null,
    at: number | null,
  ): boolean {
    const { ownership: of, bump, mark } = this.#statements;
    const ownership = of.get({ tag })?.ownership ?? undefined;
    if (ownership === undefined) return false;
    const change = bump.get({ ownership })?.command_change ?? 0;
    return mark.run({ ownership, id, state, reason, at, change }) > 0;
  }
}
