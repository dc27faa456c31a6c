import { existsSync, readFileSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { runningProcess } from "./process-identity.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Whether a running service was told; one that does not run reads its files when it starts. */
export type Told = "told" | "not-running";

/** Tells a service that `start` runs to read its keys again. */
export function reloadService(files: DataFiles, service: string): { readonly told: Told } | Failure {
  const path = files.pid(service);
  const pid = existsSync(path) ? runningProcess(readFileSync(path, "utf8").trim()) : undefined;
  if (pid === undefined) return { told: "not-running" };
  try {
    process.kill(pid, "SIGHUP");
    return { told: "told" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return { told: "not-running" };
    if (code === "EPERM")
      return failed(`${service} (process ${pid}) belongs to another user; send it SIGHUP`);
    throw error;
  }
}
