import type { AuditKeys } from "@purrimeter/audit/audit-keys";
import type { CheckpointSigner, TrailHead } from "@purrimeter/audit/checkpoint-signer";
import { proveUnderHead, type RowProof } from "@purrimeter/audit/prove-row";
import type { Trail } from "@purrimeter/audit/trail";
import type { TrailNames } from "@purrimeter/audit/trail-names";
import type { TrailQuery } from "@purrimeter/audit/trail-query";
import type { TrailEntry, TrailEvent } from "@purrimeter/audit/trail-row";
import type { Cancel, Time } from "@purrimeter/service/time";
import { AsyncLocalStorage } from "node:async_hooks";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { ActingDriver } from "./acting-dialect.ts";
import type { AuditEvent } from "./audit-event.ts";
import { ThrottledAttempts, type ThrottledAttempt } from "./throttled-attempts.ts";

/** Events without an act are gathered this long into one commit, so that a flood of refused logins costs a few of them. */
const GATHER_MS = 50;

/** An event, and when it happened. */
interface Happened {
  readonly at: number;
  readonly event: AuditEvent;
}

interface AuditTrailOptions {
  readonly driver: ActingDriver;
  readonly trail: Trail;
  readonly names: TrailNames;
  readonly signer: CheckpointSigner;
  readonly auditKeys: AuditKeys;
  readonly keys: DataKeys;
  readonly time: Time;
  /** Told when events could not be written; they are tried again with the next ones. */
  readonly failed: (error: unknown) => void;
  /** Told of every event at once, of those of an act when it is committed. */
  readonly listener: (event: AuditEvent) => void;
}

/** An act was not done because its row could not be written. */
export class TrailError extends Error {
  override readonly name = "TrailError";
}

/** A row as auditors read it. */
export type AuditRow = TrailEntry & { readonly leaf: string };

/** The trail of everything that happens to accounts. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #acting = new AsyncLocalStorage<Happened[]>();
  readonly #throttled: ThrottledAttempts;
  #gathered: Happened[] = [];
  #cancelTimer: Cancel | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#throttled = new ThrottledAttempts(
      (event) => {
        this.record(event);
      },
      () => options.time.utcS(),
    );
  }

  /**
   * Does something to an account in one transaction with the rows of what `work` records meanwhile: neither is there
   * without the other. Nothing slow may be in it, since all others wait. Rejects with a TrailError when a row cannot be
   * written.
   */
  async act<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#options.driver.isActing) return work();
    const { driver, listener } = this.#options;
    const happened: Happened[] = [];
    const inAct = (): Promise<Result> => this.#acting.run(happened, work);
    const result = await driver.act(inAct, () => {
      this.#appendOrThrow(happened);
    });
    if (happened.length > 0) this.#options.signer.grown();
    for (const { event } of happened) listener(event);
    return result;
  }

  /** Records an event: with the act around it, or soon; never throws and never makes anyone wait. */
  record(event: AuditEvent): void {
    const happened = { at: this.#options.time.utcS(), event };
    const act = this.#options.driver.isActing ? this.#acting.getStore() : undefined;
    if (act !== undefined) {
      act.push(happened);
      return;
    }
    this.#options.listener(event);
    this.#gathered.push(happened);
    this.#cancelTimer ??= this.#options.time.after(GATHER_MS, () => void this.flush());
  }

  /** Records an attempt to log in that was turned away since there were too many; see ThrottledAttempts. */
  recordThrottled(attempt: ThrottledAttempt): void {
    this.#throttled.note(attempt);
  }

  /** Records how many attempts were turned away in hours that are over. */
  endPastHours(): void {
    this.#throttled.endPastHours();
  }

  /** Rows that still say something, oldest first. */
  read(query: TrailQuery): Promise<AuditRow[]> {
    return Promise.try(() =>
      this.#options.trail
        .read({ from: 0, ...query })
        .flatMap(({ entry, leaf }) =>
          entry === undefined ? [] : [{ ...entry, leaf: leaf.toString("base64") }],
        ),
    );
  }

  /** Proofs that rows are in the tree, under its signed head. Undefined for a row that is none. */
  prove(numbers: readonly number[]): readonly (RowProof | undefined)[] {
    const { auditKeys: keys, signer, trail } = this.#options;
    const head = signer.head();
    return numbers.map((number) => {
      const proof = proveUnderHead({ trail, keys }, head, number);
      return proof === "no-such-row" ? undefined : proof;
    });
  }

  /** Rows of the trail. */
  size(): number {
    return this.#options.trail.size();
  }

  /** The signed head of the tree, to be kept elsewhere; undefined when there is no row, or it cannot be signed. */
  head(): TrailHead | undefined {
    return this.#options.signer.head();
  }

  /** The account's pseudonym in the trail; undefined when it has none. */
  nameOf(account: string): string | undefined {
    return this.#options.names.find(account);
  }

  /** Writes what is gathered; false when some of it is not on disk and waits for the next write. */
  async flush(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
    return this.#gathered.length === 0;
  }

  /** Writes what is gathered, and the last checkpoint. To be called before the database is closed. */
  async close(): Promise<void> {
    this.#throttled.close();
    await this.flush();
    this.#options.signer.close();
  }

  async #write(): Promise<void> {
    const events = this.#gathered;
    this.#gathered = [];
    if (events.length === 0) return;
    try {
      await this.#options.driver.act(
        () => Promise.resolve(),
        () => {
          this.#append(events);
        },
      );
      this.#options.signer.grown();
    } catch (error) {
      this.#gathered = [...events, ...this.#gathered];
      this.#options.failed(error);
    }
  }

  #appendOrThrow(happened: readonly Happened[]): void {
    try {
      this.#append(happened);
    } catch (error) {
      this.#options.failed(error);
      throw new TrailError("the audit trail cannot be written, so nothing was done", { cause: error });
    }
  }

  #append(happened: readonly Happened[]): void {
    const { names, trail } = this.#options;
    for (const { at, event } of happened) {
      trail.append(at, [this.#rowOf(event)]);
      if (event.event !== "account.erased") continue;
      this.#throttled.forget(event.account ?? "");
      names.forget(event.account ?? "");
    }
  }

  #rowOf({ event, account = "", actor = account, session = "", network, count = 0 }: AuditEvent): TrailEvent {
    const { names } = this.#options;
    const hashed = network === undefined ? "" : this.hashOfNetwork(network);
    return {
      ...{ event, actor: isUnproved(event) ? "" : names.of(actor), account: names.of(account) },
      ...{ subject: session, network: hashed, count },
    };
  }

  /** The network's name in the trail: a keyed hash. */
  hashOfNetwork(network: string): string {
    return Buffer.from(this.#options.keys.mac("audit-network", network)).toString("hex", 0, 8);
  }
}

/** Whoever it was has not shown to be the account's owner. */
function isUnproved(event: AuditEvent["event"]): boolean {
  return /refused$|throttled|^session\.reused$/u.test(event);
}
