import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixMs } from "./alert.ts";

/** Longer than any lease, pause or retry, and than anything that an owner may put off or a rule may wait for. */
const LONGEST_LEASE_MS = 2 * 3_600_000;
const LONGEST_RETRY_MS = 2 * 86_400_000;
const LONGEST_WAIT_MS = 31 * 86_400_000;

const FAR_DELIVERY = `due_ms > @nowMs + CASE WHEN lease IS NOT NULL THEN ${LONGEST_LEASE_MS} WHEN is_snoozed = 1 THEN ${LONGEST_WAIT_MS}
  ELSE ${LONGEST_RETRY_MS} END AND due_ms > @nowMs + ${LONGEST_LEASE_MS}`;
// Each is of an index.
const FAR_TURNS = `SELECT ownership FROM alert_state WHERE events_ms > @nowMs + ${LONGEST_LEASE_MS}
  UNION SELECT ownership FROM alert_state WHERE timer_ms > @nowMs + ${LONGEST_WAIT_MS}`;

/** Gives back what a clock that was ahead has wait for years. */
export function preparePutRight(database: Database, writes: WriteTransaction): (nowMs: UnixMs) => void {
  const isFar = database.prepare<[object]>(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM alert_delivery WHERE ${FAR_DELIVERY}) OR EXISTS (${FAR_TURNS})`,
  );
  const deliveries = database.prepare<[object]>(
    `UPDATE alert_delivery SET due_ms = @nowMs, lease = NULL WHERE ${FAR_DELIVERY}`,
  );
  const turns = database.prepare<[object]>(
    `UPDATE alert_state SET lease = NULL, held_until_ms = 0, events_ms = CASE WHEN events_ms IS NOT NULL THEN @nowMs END,
       due_at = CASE WHEN due_at IS NOT NULL THEN min(due_at, @nowMs / 1000) END,
       timer_ms = CASE WHEN due_at IS NOT NULL THEN min(due_at * 1000, @nowMs) END
     WHERE ownership IN (${FAR_TURNS})`,
  );
  return (nowMs) => {
    if (isFar.get({ nowMs }) === undefined) return;
    writes.run(() => {
      deliveries.run({ nowMs });
      turns.run({ nowMs });
    });
  };
}
