import type { AccountData } from "@purrimeter/auth-api/internal";
import type { OpenExport } from "@purrimeter/store/account-exports-view";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { writeArchive } from "./write-archive.ts";

/** Archives that are written at once: each keeps a core busy for seconds. */
const AT_ONCE = 2;
/** Archives that wait for their turn; what the authentication service said of each account is in memory until then. */
const MAX_WAITING = 30;

/** What is needed of the surroundings. */
export interface ArchiveJobsOptions {
  /** Seconds of UTC. */
  readonly now: () => number;
  /** An archive could not be written; its owner sees that it failed. */
  onFailure(error: unknown): void;
}

/** Writes archives in the background. */
export class ArchiveJobs {
  readonly #options: ArchiveJobsOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #atOnce = 0;
  #isStopping = false;

  constructor(options: ArchiveJobsOptions) {
    this.#options = options;
  }

  /** The archive's id: a new one, or the one that is being written already. `busy`: too many accounts ask at once. */
  async start(
    view: Pick<OwnerView, "beginExport" | "archive">,
    account: AccountData,
  ): Promise<{ readonly id: string } | "too-many" | "busy"> {
    if (this.#isStopping || this.#waiting.length >= MAX_WAITING) return "busy";
    const begun = await view.beginExport();
    if (begun === "too-many") return begun;
    if ("runningId" in begun) return { id: begun.runningId };
    const job = this.#run(begun, view, account).finally(() => this.#running.delete(job));
    this.#running.add(job);
    return { id: begun.id };
  }

  /** Resolves when no archive is being written. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Breaks off what is being written; resolves when all has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const go of this.#waiting.splice(0)) go();
    await this.idle();
  }

  async #run(output: OpenExport, view: Pick<OwnerView, "archive">, account: AccountData): Promise<void> {
    if (this.#atOnce >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#atOnce++;
    try {
      const source = { account, data: view.archive(), at: this.#options.now() };
      await writeArchive((chunk) => this.#write(output, chunk), source);
      await output.finish();
    } catch (error) {
      await this.#fail(output, error);
    } finally {
      this.#atOnce--;
      this.#waiting.shift()?.();
    }
  }

  #write(output: OpenExport, chunk: Uint8Array): Promise<void> {
    return this.#isStopping ? Promise.reject(new Error("the service stops")) : output.write(chunk);
  }

  async #fail(output: OpenExport, error: unknown): Promise<void> {
    this.#options.onFailure(error);
    try {
      await output.fail();
    } catch (second) {
      // The next start says that it was broken off.
      this.#options.onFailure(second);
    }
  }
}
