import { openDatabase } from "@purrimeter/database/open-database";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { join } from "node:path";
import { composeStore } from "../open-store.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { LOCATION_TABLES } from "../schema/tables.ts";
import { NOON } from "./contract-values.ts";

/**
 * The process that retention-crash.slow.test.ts starts: runs retention once, and kills itself in the middle of the transaction
 * of the row change of the given number. Ends by itself when there are fewer.
 */
const [folder = "", asOf = "0", killedAt = "0"] = process.argv.slice(2);

const path = join(folder, "locations.db");
const databaseKey = Buffer.alloc(32, 1);
const database = openDatabase({ path, key: databaseKey, migrations: MIGRATIONS });
let left = Number(killedAt);
database.function("row_changed", () => {
  left--;
  if (left === 0) process.kill(process.pid, "SIGKILL");
  return null;
});
for (const { table } of LOCATION_TABLES)
  for (const act of ["INSERT", "UPDATE", "DELETE"])
    database.exec(
      `CREATE TEMP TRIGGER ${table}_${act} AFTER ${act} ON main.${table} BEGIN SELECT row_changed(); END`,
    );

const store = composeStore(database, {
  path,
  databaseKey,
  keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
  now: () => NOON,
  monotonicMs: () => performance.now(),
});
const bounds = { minDays: 1, maxDays: 30, defaultDays: 30, formerDays: 30 };
const { faults } = await store.retention.run({ asOf: Number(asOf) as UnixSeconds, bounds });
if (faults.length > 0) throw new AggregateError(faults);
await store.close();
