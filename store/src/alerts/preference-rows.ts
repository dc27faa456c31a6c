import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnerId } from "../reading/owner-id.ts";
import { DEFAULT_PREFERENCES, type AlertPreferences } from "./alert.ts";

interface Row {
  readonly language: AlertPreferences["language"];
  readonly time_zone: string;
}

function prepare(database: Database) {
  return {
    get: database.prepare<[string], Row>("SELECT language, time_zone FROM owner_preference WHERE owner = ?"),
    set: database.prepare<[Row & { owner: string }]>(
      `INSERT INTO owner_preference (owner, language, time_zone) VALUES (@owner, @language, @time_zone)
       ON CONFLICT (owner) DO UPDATE SET language = @language, time_zone = @time_zone`,
    ),
  };
}

/** In which language and by which clock accounts are told. */
export class PreferenceRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  of(account: OwnerId): AlertPreferences {
    return unlessCorrupt(() => this.#read(account), DEFAULT_PREFERENCES);
  }

  /** Keeps what is given, and the rest as it was. Only inside a transaction. */
  set(account: OwnerId, change: Partial<AlertPreferences>): AlertPreferences {
    const { language, timeZone } = { ...this.#read(account), ...change };
    this.#statements.set.run({ owner: account, language, time_zone: timeZone });
    return { language, timeZone };
  }

  #read(account: OwnerId): AlertPreferences {
    const row = this.#statements.get.get(account);
    return row === undefined ? DEFAULT_PREFERENCES : { language: row.language, timeZone: row.time_zone };
  }
}
