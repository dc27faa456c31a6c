import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { identityOf, runningProcess } from "./process-identity.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** A data folder that belongs to this process until it is released. */
export interface RunLock {
  release(): void;
}

/** Takes the data folder for this process, or names the process that has it. A process that was killed holds nothing. */
export function lockRun(runFolder: string): RunLock | Failure {
  const path = join(runFolder, "purrimeter.pid");
  const mine = identityOf(process.pid);
  for (;;) {
    if (writeIfNew(path, mine)) return { release: () => rmSync(path, { force: true }) };
    const holder = readFileSync(path, "utf8").trim();
    const pid = runningProcess(holder);
    if (pid !== undefined && pid !== process.pid)
      return failed(
        `${dirname(runFolder)} is in use by a purrimeter that runs (process ${pid}); stop it first`,
      );
    rmSync(path, { force: true });
  }
}

/** A link appears with its content or not at all: half of it is never read. */
function writeIfNew(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${content}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
