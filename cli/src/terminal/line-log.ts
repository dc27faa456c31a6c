import { makeFolder } from "@purrimeter/certs/write-file";
import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { systemFailure } from "./failure.ts";

/** Where the lines of services go. A line is one JSON object of ours or, when a service dies, text. */
export type WriteLine = (service: string, line: string) => void;

/** A log file above this becomes FILE.1, so that a service that runs for years keeps two files. */
const MAX_FILE_BYTES = 10_000_000;

/** What a service says of broken rules goes into this file as well. */
const SECURITY = "security";
const SECURITY_LINE = /"event":"(?:security|connection\.refused)/;

/** Lines on this process's stderr. */
export const writeToStderr: WriteLine = (_service, line) => void process.stderr.write(`${line}\n`);

/**
 * Lines in `folder`/SERVICE.log, and those before them in SERVICE.log.1. Security events are in security.log as well, so that nothing
 * else that a service says pushes them out. A line that finds no room goes to stderr: a
 * full disk must not end what keeps the services running.
 */
export function writeToFiles(folder: string): WriteLine {
  makeFolder(folder);
  return (service, line) => {
    try {
      appendLine(join(folder, `${service}.log`), line);
      if (SECURITY_LINE.test(line)) appendLine(join(folder, `${SECURITY}.log`), line);
    } catch (error) {
      if (systemFailure(error) === undefined) throw error;
      writeToStderr(service, line);
    }
  };
}

function appendLine(path: string, line: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_FILE_BYTES) renameSync(path, `${path}.1`);
  appendFileSync(path, `${line}\n`, { mode: 0o600 });
}

/** Calls back for every line of a stream until it ends. */
export function forEachLine(stream: Readable, each: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", each);
}
