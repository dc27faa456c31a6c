import { renameSync, writeFileSync } from "node:fs";
import { errorCode, type Log } from "@purrimeter/service/log";

/** As Prometheus' node exporter reads its text files, and a scrape is rarely more often. */
export const METRICS_EVERY_MS = 15_000;

/** The owner writes, its group (a collector's) may read. */
const MODE = 0o640;

/**
 * Writes the text in a file that readers find whole: a collector of text files takes it from there, so that nothing listens and nobody
 * can ask the bridge anything. Says in the log what keeps it from writing, once until it works again.
 */
export class MetricsFile {
  readonly #path: string;
  readonly #log: Log;
  #isFaulty = false;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  write(text: string): void {
    try {
      writeFileSync(`${this.#path}.next`, text, { mode: MODE });
      renameSync(`${this.#path}.next`, this.#path);
      this.#isFaulty = false;
    } catch (error) {
      if (!this.#isFaulty)
        this.#log.error("metrics could not be written", { event: "metrics.fault", code: errorCode(error) });
      this.#isFaulty = true;
    }
  }
}
