import { createSecretKey, type KeyObject } from "node:crypto";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { Database } from "@purrimeter/database/open-database";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";

/** How long an unwrapped key stays in memory. */
const KEEP_MS = 5 * 60_000;
const SWEEP_MS = 60_000;
/** As many tags as report within five minutes to one bridge; a key takes less than 1 KiB. */
const MAX_KEPT = 50_000;

/**
 * Why there is no key. `erased`: its row is gone, or its owner's key was destroyed. `missing`: the key ring does not have the
 * owner's key and does not say that it was destroyed. `unreadable`: it does not open under the owner's key.
 */
export type KeyFault = "erased" | "missing" | "unreadable";

interface Row {
  readonly owner: string;
  readonly wrapped: Buffer;
}

interface Kept {
  readonly key: KeyObject;
  readonly row: Row;
  readonly untilMs: number;
  /** The doubt after which the row was last seen to be the same. */
  checkedAfter: number;
}

function selectKey(database: Database) {
  return statement(database, (queries, args: { id: number }) =>
    queries.selectFrom("sealing_key").select(["owner", "wrapped"]).where("id", "=", args.id),
  );
}

/**
 * Sealing keys, unwrapped by the key ring and kept for at most five minutes. A commit of another process does not cost
 * a way to the key ring, which may be a network away: the key is kept for as long as its row is the same one.
 */
export class KeyCache {
  readonly #kept = new Map<number, Kept>();
  /** Ways to the key ring under way, so that all who wait for a key share one. */
  readonly #asked = new Map<number, { readonly row: Row; readonly key: Promise<KeyObject | KeyFault> }>();
  readonly #keyRing: KeyRing;
  readonly #monotonicMs: () => number;
  readonly #select: ReturnType<typeof selectKey>;
  readonly #sweep: NodeJS.Timeout;
  #doubts = 0;
  #forgotten = 0;

  constructor(database: Database, keyRing: KeyRing, monotonicMs: () => number) {
    this.#keyRing = keyRing;
    this.#monotonicMs = monotonicMs;
    this.#select = selectKey(database);
    this.#sweep = setInterval(() => {
      this.#forgetOld();
    }, SWEEP_MS).unref();
  }

  /** The key, or undefined when its row or its owner's key is gone. Throws for a key that does not open. */
  async get(id: number): Promise<KeyObject | undefined> {
    const key = await this.look(id);
    if (key === "unreadable") throw new Error(`sealing key ${id} does not open under its owner's key`);
    return typeof key === "string" ? undefined : key;
  }

  /** The key, or why there is none. A key ring that cannot be reached is a rejection. */
  async look(id: number): Promise<KeyObject | KeyFault> {
    const kept = this.#kept.get(id);
    const isFresh = kept !== undefined && kept.untilMs > this.#monotonicMs();
    if (isFresh && kept.checkedAfter === this.#doubts) return kept.key;
    const row = unlessCorrupt(() => this.#select.get({ id }), "corrupt");
    if (row === "corrupt") return "unreadable";
    if (isFresh && isSame(row, kept.row)) {
      kept.checkedAfter = this.#doubts;
      return kept.key;
    }
    this.#kept.delete(id);
    return row === undefined ? "erased" : this.#ask(id, row);
  }

  /** Rows may have changed: every key is kept only if its row turns out to be the same. */
  doubt(): void {
    this.#doubts++;
  }

  /** Forgets the owner's keys, for they are destroyed. */
  forget(owner: OwnerId): void {
    this.#forgotten++;
    for (const [id, { row }] of this.#kept) if (row.owner === owner) this.#kept.delete(id);
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#kept.clear();
  }

  #ask(id: number, row: Row): Promise<KeyObject | KeyFault> {
    const asked = this.#asked.get(id);
    if (asked !== undefined && isSame(asked.row, row)) return asked.key;
    const key = this.#unwrap(id, row).finally(() => {
      if (this.#asked.get(id)?.key === key) this.#asked.delete(id);
    });
    this.#asked.set(id, { row, key });
    return key;
  }

  async #unwrap(id: number, row: Row): Promise<KeyObject | KeyFault> {
    const before = this.#forgotten;
    const bytes = await this.#keyRing.unwrap(row.owner, row.wrapped);
    if (bytes === "unreadable") return bytes;
    if (bytes === "unknown-owner") return (await this.#keyRing.isErased(row.owner)) ? "erased" : "missing";
    const key = createSecretKey(bytes);
    bytes.fill(0);
    // A key whose owner was erased meanwhile is used by who asked before, and kept for nobody.
    if (before === this.#forgotten) this.#keep(id, key, row);
    return key;
  }

  #keep(id: number, key: KeyObject, row: Row): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    // The row was read before the key ring answered: the next to ask looks again.
    this.#kept.set(id, { key, row, untilMs: this.#monotonicMs() + KEEP_MS, checkedAfter: -1 });
  }

  /** Those in doubt are looked up here too, so that an erased key leaves this memory though nobody asks for it. */
  #forgetOld(): void {
    const nowMs = this.#monotonicMs();
    for (const [id, kept] of this.#kept) {
      const row =
        kept.checkedAfter === this.#doubts
          ? kept.row
          : unlessCorrupt(() => this.#select.get({ id }), undefined);
      if (kept.untilMs <= nowMs || !isSame(row, kept.row)) this.#kept.delete(id);
    }
  }
}

function isSame(one: Row | undefined, other: Row): boolean {
  return one !== undefined && one.owner === other.owner && one.wrapped.equals(other.wrapped);
}
