import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { StoreTrail } from "./audit/store-trail.ts";
import type { RowDeletion } from "./erasure/row-deletion.ts";
import type { PieceReader } from "./reading/read-pieces.ts";
import { DayCounter } from "./retention/count-days.ts";
import { OwnedRetention } from "./retention/owned-retention.ts";
import { RetentionChoices } from "./retention/retention-choices.ts";
import { SqliteRetention } from "./retention/sqlite-retention.ts";
import { TotalRows } from "./retention/total-rows.ts";
import type { OwnerKeys } from "./sealing/owner-keys.ts";

/** What retention is composed of. */
export interface RetentionComposition {
  readonly database: Database;
  readonly writes: WriteTransaction;
  readonly keys: OwnerKeys;
  readonly pieces: PieceReader;
  readonly erasing: RowDeletion;
  readonly trail: StoreTrail;
  readonly monotonicMs: () => number;
}

/** What owners choose, and what deletes by it. */
export function composeRetention(parts: RetentionComposition): {
  readonly ownedRetention: OwnedRetention;
  readonly retention: SqliteRetention;
} {
  const { database } = parts;
  const choices = new RetentionChoices(database);
  const days = new DayCounter({ ...parts, rows: new TotalRows(database) });
  return {
    ownedRetention: new OwnedRetention({ ...parts, choices }),
    retention: new SqliteRetention({ ...parts, choices, days }),
  };
}
