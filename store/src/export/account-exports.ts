import { randomBytes, type KeyObject } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { ExportState, OpenExport } from "../reading/account-exports-view.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { fileKey, readSealedBlock, SealedFileWriter } from "./sealed-file.ts";

/** How long an archive can be fetched after it was asked for. */
export const EXPORT_KEPT_S = 86_400;
/** Archives that an account may ask for in that time. */
const MAX_EXPORTS = 3;

interface Row {
  readonly id: string;
  readonly created_at: number;
  readonly state: ExportState["state"];
  readonly bytes: number;
  readonly sealing_key: number;
}

/** What AccountExports is made of. */
export interface AccountExportsParts {
  readonly database: Database;
  readonly databasePath: string;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => number;
}

/** It was erased, or is over, while it was written or read. */
class ExportGoneError extends Error {
  override readonly name = "ExportGoneError";
}

function prepare(database: Database) {
  const columns = "id, created_at, state, bytes, sealing_key";
  return {
    add: database.prepare(
      "INSERT INTO account_export (id, owner, created_at, state, bytes, sealing_key) VALUES (?, ?, ?, 'running', 0, ?)",
    ),
    ofOwner: database.prepare<[string, number], Row>(
      `SELECT ${columns} FROM account_export WHERE owner = ? AND created_at > ? ORDER BY created_at`,
    ),
    one: database.prepare<[string, string, number], Row>(
      `SELECT ${columns} FROM account_export WHERE id = ? AND owner = ? AND created_at > ?`,
    ),
    end: database.prepare(
      "UPDATE account_export SET state = ?, bytes = ? WHERE id = ? AND owner = ? AND state = 'running'",
    ),
    breakOff: database.prepare("UPDATE account_export SET state = 'failed' WHERE state = 'running'"),
    old: database.prepare<[number], { id: string }>(
      "DELETE FROM account_export WHERE created_at <= ? RETURNING id",
    ),
    ready: database.prepare<[], { id: string }>("SELECT id FROM account_export WHERE state <> 'failed'"),
    idsOf: database.prepare<[string], { id: string }>("SELECT id FROM account_export WHERE owner = ?"),
  };
}

/** Archives of accounts: sealed files beside the database, and a row for each. */
export class AccountExports {
  readonly #parts: AccountExportsParts;
  readonly #folder: string;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(parts: AccountExportsParts) {
    this.#parts = parts;
    this.#folder = join(dirname(parts.databasePath), "exports");
    this.#statements = prepare(parts.database);
  }

  async begin(owner: OwnerId): Promise<OpenExport | { readonly runningId: string } | "too-many"> {
    const { keys, writes, trail, now } = this.#parts;
    const { id: keyId, key } = await keys.ofOwner(owner);
    const id = randomBytes(16).toString("hex");
    const begun = writes.run(() => {
      const recent = this.#statements.ofOwner.all(owner, now() - EXPORT_KEPT_S);
      const running = recent.find(({ state }) => state === "running");
      if (running !== undefined) return { runningId: running.id };
      if (recent.length >= MAX_EXPORTS) return "too-many" as const;
      this.#statements.add.run(id, owner, now(), keyId);
      trail.record({ event: "account.exported", actor: owner, account: owner, subject: id });
      return undefined;
    });
    return begun ?? this.#open(owner, id, key);
  }

  state(owner: OwnerId, id: string): ExportState | "not-found" {
    const row = this.#find(owner, id);
    if (row === undefined) return "not-found";
    return { id, state: row.state, createdAt: row.created_at, bytes: row.bytes };
  }

  async read(owner: OwnerId, id: string, block: number): Promise<Buffer | "not-found"> {
    const row = this.#find(owner, id);
    if (row?.state !== "ready") return "not-found";
    const key = await this.#parts.keys.byId(row.sealing_key);
    const file = await open(this.#path(id), "r");
    try {
      return await readSealedBlock(file, fileKey(key, id), { id, bytes: row.bytes, block });
    } finally {
      await file.close();
    }
  }

  /** What a process that died left behind: to be called before any is begun. */
  recover(): void {
    this.#parts.writes.run(() => this.#statements.breakOff.run());
    this.#removeStrangers();
  }

  /** Deletes those whose time is over; the number of them. */
  deleteOld(): number {
    const old = this.#parts.writes.run(() => this.#statements.old.all(this.#parts.now() - EXPORT_KEPT_S));
    for (const { id } of old) this.#remove(id);
    return old.length;
  }

  /** Deletes the files of an owner; the rows go with the owner's other rows. */
  eraseFiles(owner: OwnerId): void {
    for (const { id } of this.#statements.idsOf.all(owner)) this.#remove(id);
  }

  /** Files without a row, as after a restore of the database. */
  #removeStrangers(): void {
    const known = new Set(this.#statements.ready.all().map(({ id }) => id));
    for (const name of this.#files()) if (!known.has(name)) this.#remove(name);
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  #find(owner: OwnerId, id: string): Row | undefined {
    return this.#statements.one.get(id, owner, this.#parts.now() - EXPORT_KEPT_S);
  }

  async #open(owner: OwnerId, id: string, key: KeyObject): Promise<OpenExport> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
    const file = await open(this.#path(id), "wx", 0o600);
    const writer = new SealedFileWriter(file, fileKey(key, id), id);
    const expectRunning = (): void => {
      if (this.#find(owner, id)?.state !== "running") throw new ExportGoneError("the export was erased");
    };
    return {
      id,
      write: async (chunk) => {
        expectRunning();
        await writer.write(chunk);
      },
      finish: async () => {
        const bytes = await writer.end();
        const { changes } = this.#parts.writes.run(() => this.#statements.end.run("ready", bytes, id, owner));
        if (changes > 0) return;
        this.#remove(id);
        throw new ExportGoneError("the export was erased");
      },
      fail: async () => {
        await file.close();
        this.#remove(id);
        this.#parts.writes.run(() => this.#statements.end.run("failed", 0, id, owner));
      },
    };
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  #remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
  }
}
