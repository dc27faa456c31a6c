import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import type { ClockRecord } from "@purrimeter/service/watch-clock";
import { existsSync, readFileSync } from "node:fs";

/** The last trusted time as a file: seconds of UTC in decimal. What is no such number counts as none. */
export function fileClockRecord(path: string): ClockRecord {
  return {
    lastTrusted: () =>
      Promise.try(() => {
        const text = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
        return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
      }),
    keepTrusted: (utcS) => Promise.try(() => replaceFile(path, `${utcS}\n`, PUBLIC_MODE)),
  };
}
