import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failed, type Failure } from "../terminal/failure.ts";

/** A data folder that belongs to this process until it is released. */
export interface RunLock {
  release(): void;
}

/** Takes the data folder for this process, or says who has it. A process that was killed holds nothing. */
export function lockRun(runFolder: string): RunLock | Failure {
  const path = join(runFolder, "purrimeter.pid");
  const mine = identityOf(process.pid);
  for (;;) {
    if (writeIfNew(path, mine)) return { release: () => rmSync(path, { force: true }) };
    const holder = readFileSync(path, "utf8").trim();
    const pid = Number(holder.split(" ")[0]);
    if (holder !== "" && isAlive(pid) && identityOf(pid) === holder && pid !== process.pid)
      return failed(
        `${dirname(runFolder)} is in use by a purrimeter that runs (process ${pid}); stop it first`,
      );
    rmSync(path, { force: true });
  }
}

/** A link appears with its content or not at all: nobody reads half of it. */
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

/** Process id and, where the system tells (proc(5), field 22), the time of its start: numbers are used again. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch (error) {
    if (error instanceof Error) return `${pid}`;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
