import type { Attempt, AttemptResult } from "@purrimeter/notifier/attempt";
import type { NoAnswer } from "@purrimeter/notifier/notifier-client";
import type {
  EntryNumber,
  Epoch,
  GeofenceRef,
  LatE7,
  LonE7,
  TagId,
  UnixSeconds,
} from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { createLog } from "@purrimeter/service/log";
import { Metrics } from "@purrimeter/service/metrics";
import { systemRandom } from "@purrimeter/service/system-random";
import { systemTime } from "@purrimeter/service/system-time";
import type { Alert } from "@purrimeter/store/alert";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contact } from "../deliver/contacts.ts";
import { alertMetrics } from "../engine/alert-metrics.ts";
import { Engine, type EngineParts } from "../engine/engine.ts";

export const ADA = "a".repeat(32) as OwnerId;
export const BOB = "b".repeat(32) as OwnerId;

type Answer = AttemptResult | NoAnswer;

/** A store with owners and tags, and engines over it whose notifier is the test. */
export class ToldHousehold {
  readonly #folder = mkdtempSync(join(tmpdir(), "purrimeter-told-"));
  readonly store: Store;
  /** Added to the machine's time. */
  aheadMs = 0;
  readonly attempts: Attempt[] = [];
  readonly logLines: string[] = [];
  readonly metrics = new Metrics("alerts");
  isClockTrusted = true;
  /** How the notifier answers; delivered unless a test says otherwise. */
  answer: (attempt: Attempt) => Promise<Answer> = () =>
    Promise.resolve({ outcome: "delivered", reason: "taken" });
  contact: (account: string) => Contact = (account) => ({
    kind: "address",
    address: `${account[0] ?? ""}@example.org`,
  });
  readonly time = {
    ...systemTime,
    utcMs: (): number => systemTime.utcMs() + this.aheadMs,
    utcS: (): number => Math.floor((systemTime.utcMs() + this.aheadMs) / 1_000),
  };
  readonly #measured = alertMetrics(this.metrics);
  readonly #engines: Engine[] = [];
  #number = 0;

  constructor() {
    this.store = openStore({
      path: join(this.#folder, "locations.db"),
      databaseKey: randomBytes(32),
      keyRing: openSealedKeyFile(join(this.#folder, "owners.keys"), randomBytes(32)),
      reserveBytes: 0,
      now: () => this.time.utcS() as UnixSeconds,
      monotonicMs: () => systemTime.monotonicMs(),
    });
  }

  /** Makes the tag the owner's, with a zone around the origin. */
  async claim(owner: OwnerId, tag: string): Promise<void> {
    const code = createClaimCode();
    const tagIds = [tag as TagId];
    await this.store.registry.register(tag as TagId, code, this.time.utcS() as UnixSeconds);
    await this.store.forOwner(owner).claim(code, "Mia");
    const shape = {
      kind: "circle",
      latE7: 470_000_000 as LatE7,
      lonE7: 80_000_000 as LonE7,
      radiusCm: 10_000,
    } as const;
    await this.store.forOwner(owner).createGeofence({ name: "Garden", shape, tagIds });
  }

  /** Records that the tag crossed the edge of its zone, so many seconds ago. */
  async crosses(tag: string, to: "inside" | "outside", agoS = 1): Promise<void> {
    const number = ++this.#number as EntryNumber;
    const at = (this.time.utcS() - agoS) as UnixSeconds;
    const from = to === "inside" ? "outside" : "inside";
    const change = { kind: "transition", at, geofence: 0 as GeofenceRef, from, to, lastKnown: from } as const;
    const entries = [{ ...change, evidenceFrom: number, settingsVersion: 2 }];
    const report = { epoch: 7 as Epoch, first: number, oldest: number, entries };
    const received = { at: this.time.utcS() as UnixSeconds, atMs: this.time.utcMs(), suspect: undefined };
    const outcome = await this.store.reports.recordReport(tag as TagId, report, received);
    if (outcome.kind !== "stored") throw new Error(`refused: ${outcome.reason}`);
  }

  engine(changes: Partial<EngineParts> = {}): Engine {
    const engine = new Engine({
      work: this.store.alertWork,
      ...{
        time: this.time,
        random: systemRandom,
        metrics: this.#measured,
        publicUrl: "https://cats.example",
      },
      log: createLog("alerts", { write: (line: string) => void this.logLines.push(line) }),
      changeCount: () => this.store.changeCount(),
      isClockTrusted: () => this.isClockTrusted,
      contacts: { contactOf: (account) => Promise.resolve(this.contact(account)) },
      notifier: {
        attempt: (attempt) => {
          this.attempts.push(attempt);
          return this.answer(attempt);
        },
      },
      ...changes,
    });
    this.#engines.push(engine);
    engine.start();
    return engine;
  }

  async alertsOf(owner: OwnerId): Promise<readonly Alert[]> {
    return (await this.store.forOwner(owner).alerts({ limit: 200 })).items;
  }

  /** Titles of all attempts, with where they went. */
  sent(): string[] {
    return this.attempts.map(
      ({ endpoint, message }) =>
        `${"address" in endpoint ? endpoint.address : endpoint.url}: ${message.title}`,
    );
  }

  async close(): Promise<void> {
    for (const engine of this.#engines) await engine.stop(0);
    await this.store.close();
    rmSync(this.#folder, { recursive: true });
  }
}
