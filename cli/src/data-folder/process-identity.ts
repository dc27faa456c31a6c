import { readFileSync } from "node:fs";

/** Process id and, where the system tells (proc(5), field 22), the time of its start: process ids are used again. */
export function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch (error) {
    if (error instanceof Error) return `${pid}`;
    throw error;
  }
}

/** The process of an identity, while it runs; undefined when it has ended or the text is none. */
export function runningProcess(identity: string): number | undefined {
  const pid = Number(identity.split(" ")[0]);
  return identity !== "" && isAlive(pid) && identityOf(pid) === identity ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
