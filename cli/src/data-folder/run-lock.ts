import { withFileLock } from "@purrimeter/secrets/file-lock";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { identityOf, runningProcess } from "./process-identity.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** A data folder that belongs to this process until it is released. */
export interface RunLock {
  release(): void;
}

/**
 * Takes the data folder for this process, or names the process that has it. A process that was killed holds nothing. One
 * process at a time looks and writes, so that two can never take over what a third left.
 */
export function lockRun(runFolder: string): RunLock | Failure {
  const path = join(runFolder, "purrimeter.pid");
  const mine = identityOf(process.pid);
  let holder: number | undefined;
  withFileLock(path, () => {
    holder = runningProcess(holderOf(path));
    if (holder === undefined || holder === process.pid) write(path, mine);
  });
  if (holder !== undefined && holder !== process.pid)
    return failed(
      `${dirname(runFolder)} is in use by a purrimeter that runs (process ${holder}); stop it first`,
    );
  return {
    release: () =>
      withFileLock(path, () => {
        if (holderOf(path) === mine) rmSync(path);
      }),
  };
}

/** Whether another process has the data folder: services run. */
export function isInUse(runFolder: string): boolean {
  const holder = runningProcess(holderOf(join(runFolder, "purrimeter.pid")));
  return holder !== undefined && holder !== process.pid;
}

/** What the file says; empty when there is none. */
function holderOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** A new name appears with its content or not at all: half of it is never read. */
function write(path: string, content: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${content}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
