import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Log } from "@purrimeter/service/log";
import type { CheckOutcome, ReadinessCheck } from "@purrimeter/service/readiness";
import type { Time } from "@purrimeter/service/time";
import type { DatabaseFault } from "./check-database.ts";

/** After everything that starts with a service: reading 200 MiB takes about a second of a processor. */
const AFTER_MS = 5_000;
/** A longer text of a log line is cut. */
const MAX_NAMED = 8;
const PROCESS = fileURLToPath(new URL("./check-pages-process.ts", import.meta.url));

/** Which database is read, and who is told. */
export interface PageCheckOptions {
  readonly path: string;
  /** 32 bytes. */
  readonly key: Buffer;
  readonly log: Log;
  readonly time: Time;
}

/** A check that is due, runs or has run. */
export interface PageCheck {
  /** "pages": always ok, for what can be read is served; the detail names tables and pages. */
  readonly check: ReadinessCheck;
  /** Ends it. */
  stop(): void;
}

/**
 * Reads every page of a database once, a while after the start, in a process of its own with the least priority: reading
 * blocks a thread, and one that reads can be ended at once. The log names each table and page that cannot be read.
 */
export function checkPages({ path, key, log, time }: PageCheckOptions): PageCheck {
  let outcome: CheckOutcome = { ok: true, detail: "not checked yet" };
  const stopping = new AbortController();
  const begin = async (): Promise<void> => {
    const faults = await readPages(path, key, stopping.signal);
    if (stopping.signal.aborted) return;
    outcome = { ok: true, detail: faults === undefined ? "could not be checked" : detailOf(faults) };
    if (faults === undefined)
      log.error("the pages of the database could not be checked", { event: "database.unchecked" });
    for (const fault of faults ?? []) logFault(log, fault);
  };
  const cancel = time.after(AFTER_MS, () => void begin(), { background: true });
  return {
    check: { name: "pages", check: () => Promise.resolve(outcome) },
    stop: () => {
      cancel();
      stopping.abort();
    },
  };
}

/** undefined when the process failed; why is on standard error, which is the service's. */
async function readPages(
  path: string,
  key: Buffer,
  signal: AbortSignal,
): Promise<DatabaseFault[] | undefined> {
  const child = spawn(process.execPath, [PROCESS], {
    stdio: ["pipe", "pipe", "inherit"],
    // Nothing of this process's environment is its business.
    env: { TZ: "UTC", MALLOC_ARENA_MAX: "2" },
    signal,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  // A process that has ended already says so by its code.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify({ path, key: key.toString("hex") }));
  const [written, code] = await Promise.all([text(child.stdout), ended]);
  return code === 0 ? (JSON.parse(written) as DatabaseFault[]) : undefined;
}

function detailOf(faults: readonly DatabaseFault[]): string {
  if (faults.length === 0) return "every page can be read";
  return `cannot be read: ${faults.map(nameOf).join("; ")}; the rest is served`;
}

function nameOf({ table, pages }: DatabaseFault): string {
  const named = `page ${pages.slice(0, MAX_NAMED).join(", ")}`;
  if (table === undefined) return pages.length === 0 ? "an unknown page" : named;
  return pages.length === 0 ? `table ${table}` : `table ${table}, ${named}`;
}

function logFault(log: Log, fault: DatabaseFault): void {
  log.error("a page of the database cannot be read; restore it from a backup", {
    event: "database.corrupt-page",
    reason: nameOf(fault),
  });
}
