import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { readCheckpointFile } from "@purrimeter/audit/checkpoint-file";
import { CheckpointSigner } from "@purrimeter/audit/checkpoint-signer";
import { proveRow } from "@purrimeter/audit/prove-row";
import { Trail } from "@purrimeter/audit/trail";
import { TRAIL_SQL } from "@purrimeter/audit/trail-schema";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { systemTime } from "@purrimeter/service/system-time";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchLine } from "../bench-line.ts";

/** Appends in a second on one core that a trail must take: what Tessera does on a small virtual machine. */
const LEAST = 1_500;
const LIMIT_MS = 1;
const ROWS = 30_000;
const PROOFS = 500;

const EVENT = { event: "location.read", network: "", count: 0 } as const;

function eventOf(i: number) {
  const name = (i % 1_000).toString(16).padStart(24, "0");
  return { ...EVENT, actor: name, account: name, subject: `tag-${i % 2_000}` };
}

/** Rows a second of one core's time, `group` of them in a transaction that is on the disk before the next one. */
function appendsPerSecond(database: Database, trail: Trail, group: number, rows: number): number {
  const commit = database.transaction((from: number) => {
    trail.append(
      1_800_000_000,
      Array.from({ length: group }, (_, i) => eventOf(from + i)),
    );
  });
  const began = process.cpuUsage();
  for (let i = 0; i < rows; i += group) commit.immediate(i);
  const { user, system } = process.cpuUsage(began);
  return (rows * 1e6) / (user + system);
}

function msPerProof(trail: Trail, keys: AuditKeys, path: string): number {
  const size = trail.size();
  const failed = (error: unknown): never => {
    throw error;
  };
  new CheckpointSigner({ trail, keys, path, time: systemTime, failed }).sign();
  const own = readCheckpointFile(path, keys.verifying);
  const beganMs = performance.now();
  for (let i = 0; i < PROOFS; i++) proveRow({ trail, keys, own }, 1 + ((i * 7_919) % size));
  return (performance.now() - beganMs) / PROOFS;
}

/** Appends to an encrypted database on this disk, synced at each commit, and proofs of its rows. */
export function benchAudit(): Promise<readonly BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-bench-audit-"));
  const migrations = [{ name: "trail", sql: TRAIL_SQL }];
  const database = openDatabase({ path: join(folder, "a.db"), key: randomBytes(32), migrations });
  const keys = new AuditKeys(randomBytes(32));
  const trail = new Trail({ database, tree: "accounts", keys });
  const line = (group: number, rows: number): BenchLine => {
    const ours = appendsPerSecond(database, trail, group, rows);
    const name = `${group} ${group === 1 ? "row" : "rows"} a commit`;
    return {
      bench: "audit",
      case: name,
      ours,
      peer: LEAST,
      unit: "appends/s of a core",
      ratio: ours / LEAST,
    };
  };
  const lines = [line(100, ROWS), line(10, ROWS / 5), line(1, ROWS / 30)];
  const ours = msPerProof(trail, keys, join(folder, "checkpoints"));
  lines.push({
    bench: "audit",
    case: "proof of a row",
    ours,
    peer: LIMIT_MS,
    unit: "ms",
    ratio: LIMIT_MS / ours,
  });
  database.close();
  rmSync(folder, { recursive: true });
  return Promise.resolve(lines);
}
