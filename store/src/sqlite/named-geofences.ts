import type { TransitionEntry } from "@purrimeter/protocol/entry";
import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

function selectGeofence(database: Database) {
  return statement(database, (queries, args: { ownership: number; ref: number; version: number }) =>
    queries
      .selectFrom("assignment")
      .select("geofence")
      .where("ownership", "=", args.ownership)
      .where("ref", "=", args.ref)
      .where("since_version", "<=", args.version)
      .where((is) => is.or([is("until_version", "is", null), is("until_version", ">", args.version)])),
  );
}

/** Which geofence the number in a transition names: numbers are given again, so its version of settings decides. */
export class NamedGeofences {
  readonly #select: ReturnType<typeof selectGeofence>;

  constructor(database: Database) {
    this.#select = selectGeofence(database);
  }

  /** The geofence's id; null when the cloud does not know it. */
  of(ownership: number, { geofence: ref, settingsVersion: version }: TransitionEntry): string | null {
    return this.#select.get({ ownership, ref, version })?.geofence ?? null;
  }
}
