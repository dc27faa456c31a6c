import type { Database } from "@purrimeter/database/open-database";
import type { UnixMs } from "./alert.ts";
import type { OutboxKind } from "./alert-work.ts";

/** Something that somebody may have to be told of. */
export interface OutboxDraft {
  readonly ownership: number;
  readonly kind: OutboxKind;
  /** When it happened, seconds of UTC. */
  readonly at: number;
  /** When the server learned of it; now, in seconds of UTC. */
  readonly learnedAt: number;
  /** The same more exactly, where it is known. */
  readonly learnedAtMs?: UnixMs | undefined;
  /** Which geofence, percent, report, share or command it is about. */
  readonly subject?: string | number | null;
  /** Of a transition: its entry, sealed as in its event. */
  readonly entry?: {
    readonly epoch: number;
    readonly number: number;
    readonly key: number;
    readonly sealed: Buffer;
  };
}

function prepare(database: Database) {
  return {
    add: database.prepare<[object]>(
      `INSERT INTO outbox (ownership, kind, at, epoch, number, created_at, received_at_ms, subject, sealing_key, sealed)
       VALUES (@ownership, @kind, @at, @epoch, @number, @learnedAt, @ms, @subject, @key, @sealed)`,
    ),
    // Not before the end of a lease or of a pause: what came first is judged first.
    wake: database.prepare<[object]>(
      `INSERT INTO alert_state (ownership, events_ms) VALUES (@ownership, @ms)
       ON CONFLICT (ownership) DO UPDATE SET events_ms = max(min(coalesce(events_ms, @ms), @ms), held_until_ms)`,
    ),
  };
}

/** Writes what happened for those who are to be told, in the transaction in which it happens. */
export class OutboxRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** Only inside a transaction. */
  add({ ownership, kind, at, learnedAt, learnedAtMs, subject = null, entry }: OutboxDraft): void {
    const ms = learnedAtMs ?? learnedAt * 1_000;
    const { epoch = 0, number = 0, key = null, sealed = null } = entry ?? {};
    const text = subject === null ? null : String(subject);
    this.#statements.add.run({
      ownership,
      kind,
      at,
      epoch,
      number,
      learnedAt,
      ms,
      subject: text,
      key,
      sealed,
    });
    this.#statements.wake.run({ ownership, ms });
  }
}
