import BetterSqlite3 from "better-sqlite3";
import { chmodSync, closeSync, openSync } from "node:fs";

/**
 * Runs `work` while no other process runs under the lock of the same path. The lock is SQLite's on an empty file
 * beside it: a real one of the operating system, which ends with its process, and which Node itself does not offer.
 * Throws after 5 s of waiting. The lock's file has mode 0600, whatever the umask says.
 */
export function withFileLock(path: string, work: () => void): void {
  const file = `${path}.lock`;
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  const lock = new BetterSqlite3(file, { timeout: 5_000 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    work();
  } finally {
    lock.close();
  }
}
