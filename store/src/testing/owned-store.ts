import { afterEach, beforeEach } from "vitest";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, TAG } from "./contract-values.ts";
import { openSqliteHarness, type SqliteHarness } from "./sqlite-harness.ts";
import { claimed } from "./store-harness.ts";

/** A store of its own for the test that runs. */
export interface OwnedStore {
  harness: SqliteHarness;
  /** What ADA sees, who owns TAG. */
  ada: OwnerView;
}

/** For each test of the file a new SQLite store, in which ADA owns TAG and calls it `name`. Set while a test runs. */
export function useOwnedStore(name: string): OwnedStore {
  const owned = {} as OwnedStore;
  beforeEach(async () => {
    owned.harness = openSqliteHarness();
    owned.ada = await claimed(owned.harness, ADA, TAG, name);
  });
  afterEach(() => owned.harness.close());
  return owned;
}
