import BetterSqlite3 from "better-sqlite3";

/**
 * Runs `work` while no other process runs under the lock of the same path. The lock is SQLite's on an empty file
 * beside it: a real one of the operating system, which ends with its process, and which Node itself does not offer.
 * Throws after 5 s of waiting.
 */
export function withFileLock(path: string, work: () => void): void {
  const lock = new BetterSqlite3(`${path}.lock`, { timeout: 5_000 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    work();
  } finally {
    lock.close();
  }
}
