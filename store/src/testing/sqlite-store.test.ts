import { describeLocationStoreContract } from "./location-store.contract.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";

describeLocationStoreContract("SQLite", () => Promise.resolve(openSqliteHarness()));
