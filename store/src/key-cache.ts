import { createSecretKey, type KeyObject } from "node:crypto";
import type { KeyRing } from "./key-ring.ts";
import type { Database } from "./open-database.ts";
import type { OwnerId } from "./owner-view.ts";
import { statement } from "./statement.ts";

/** How long an unwrapped key stays in memory. */
const KEEP_MS = 5 * 60_000;
const SWEEP_MS = 60_000;

interface Kept {
  readonly key: KeyObject;
  readonly untilMs: number;
}

function selectKey(database: Database) {
  return statement(database, (queries, args: { id: number }) =>
    queries.selectFrom("sealing_key").select(["owner", "wrapped"]).where("id", "=", args.id),
  );
}

/** Sealing keys, unwrapped by the key ring and kept for at most five minutes. */
export class KeyCache {
  readonly #kept = new Map<number, Kept>();
  readonly #keyRing: KeyRing;
  readonly #monotonicMs: () => number;
  readonly #select: ReturnType<typeof selectKey>;
  readonly #sweep: NodeJS.Timeout;

  constructor(database: Database, keyRing: KeyRing, monotonicMs: () => number) {
    this.#keyRing = keyRing;
    this.#monotonicMs = monotonicMs;
    this.#select = selectKey(database);
    this.#sweep = setInterval(() => {
      this.#forgetOld();
    }, SWEEP_MS).unref();
  }

  /** The key, or undefined when its row or its owner's key is gone: erased. */
  async get(id: number): Promise<KeyObject | undefined> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.untilMs > this.#monotonicMs()) return kept.key;
    const row = this.#select.get({ id });
    if (row === undefined) return undefined;
    const bytes = await this.#keyRing.unwrap(row.owner as OwnerId, row.wrapped);
    if (bytes === "unreadable") throw new Error(`sealing key ${id} does not open under its owner's key`);
    if (bytes === "unknown-owner") return undefined;
    const key = createSecretKey(bytes);
    this.#kept.set(id, { key, untilMs: this.#monotonicMs() + KEEP_MS });
    return key;
  }

  /** Forgets all keys. */
  clear(): void {
    this.#kept.clear();
  }

  close(): void {
    clearInterval(this.#sweep);
    this.clear();
  }

  #forgetOld(): void {
    const nowMs = this.#monotonicMs();
    for (const [id, { untilMs }] of this.#kept) if (untilMs <= nowMs) this.#kept.delete(id);
  }
}
