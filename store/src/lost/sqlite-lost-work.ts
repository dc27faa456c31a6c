import type { CacheInvalidation } from "@purrimeter/database/cache-invalidation";
import type { Database } from "@purrimeter/database/open-database";
import type { GroupCommit } from "@purrimeter/database/group-commit";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { TagSettings } from "../tags/tag-settings.ts";
import type { LostWork } from "./lost-mode.ts";
import { prepareLost } from "./lost-statements.ts";

/** What SqliteLostWork is made of. */
export interface LostWorkParts {
  readonly commits: GroupCommit;
  readonly settings: TagSettings;
  readonly invalidation: CacheInvalidation;
}

/** The bridge's side of lost modes on SQLite. */
export class SqliteLostWork implements LostWork {
  readonly #parts: LostWorkParts;
  readonly #statements: ReturnType<typeof prepareLost>;

  constructor(database: Database, parts: LostWorkParts) {
    this.#parts = parts;
    this.#statements = prepareLost(database);
  }

  async endLostModes(now: UnixSeconds): Promise<void> {
    const { over, end } = this.#statements;
    if (over.get({ now }) === undefined) return;
    const { commits, settings, invalidation } = this.#parts;
    await commits.submit(() => {
      for (const { ownership, tag, by } of over.all({ now })) {
        end.run({ ownership, at: now, by });
        settings.bump(tag);
      }
    });
    invalidation.changed();
  }
}
