import type { Database } from "@purrimeter/database/open-database";

/**
 * Has the rules of all tags of an owner asked again at once: a rule that is new or changed has times of its own, which nothing that
 * happens would bring. Only inside a transaction. `now`: seconds of UTC.
 */
export function prepareAskAgain(database: Database): (owner: string, now: number) => void {
  const ask = database.prepare<[object]>(
    `INSERT INTO alert_state (ownership, due_at, timer_ms)
       SELECT t.ownership, @now, @now * 1000 FROM ownership o JOIN tag t ON t.id = o.tag AND t.ownership = o.id WHERE o.owner = @owner
     ON CONFLICT (ownership) DO UPDATE SET asked = 1, due_at = @now, timer_ms = max(@now * 1000, held_until_ms)`,
  );
  return (owner, now) => void ask.run({ owner, now });
}
