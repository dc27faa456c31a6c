import { fixAt } from "@purrimeter/cloud-api/testing/test-reports";
import type { Entry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, GeofenceRef, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchLine } from "../bench-line.ts";

/** Nearly what a day may hold, each entry in a report of its own: the day that costs most to read. */
const ENTRIES = 25_000;

/** What others may wait for, 95 times of 100. */
const LIMIT_MS = 20;

const PARALLEL_READS = 12;
const ASK_EVERY_MS = 10;
const NOW = 1_789_992_000 as UnixSeconds;
const DAY = (NOW - (NOW % 86_400) - 86_400) as UnixSeconds;

async function claim(store: Store, owner: string, tag: TagId): Promise<OwnerView> {
  const code = createClaimCode();
  await store.registry.register(tag, code, NOW);
  const view = store.forOwner(owner as OwnerId);
  await view.claim(code, "cat");
  return view;
}

async function fillDay(store: Store, tag: TagId, entryAt: (i: number) => Entry): Promise<void> {
  const one = (i: number) =>
    store.reports.recordReport(
      tag,
      { epoch: 1 as Epoch, first: i as EntryNumber, oldest: 1 as EntryNumber, entries: [entryAt(i)] },
      { at: NOW, suspect: undefined },
    );
  for (let first = 1; first <= ENTRIES; first += 500)
    await Promise.all(Array.from({ length: 500 }, (_, i) => one(first + i)));
}

/** How long somebody else's small request takes while an account reads, p95. */
async function p95While(reader: OwnerView, tag: TagId, other: OwnerView): Promise<number> {
  const range = { from: DAY, to: (DAY + 86_399) as UnixSeconds, limit: 1_000 };
  let isReading = true;
  const reads = Promise.all(Array.from({ length: PARALLEL_READS }, () => reader.locations(tag, range)));
  void reads.finally(() => (isReading = false));
  const tookMs: number[] = [];
  while (isReading) {
    const dueMs = performance.now() + ASK_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    await other.tags({ limit: 100 });
    tookMs.push(performance.now() - dueMs);
  }
  await reads;
  return tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.95)] ?? 0;
}

const CASES: readonly (readonly [name: string, tag: TagId, entryAt: (i: number) => Entry])[] = [
  ["a day of single fixes", "fixes" as TagId, (i) => fixAt(DAY + i * 3, i)],
  [
    "a day of transitions",
    "transitions" as TagId,
    (i) => ({
      ...({ kind: "transition", from: "inside", to: "outside", settingsVersion: 1 } as const),
      at: (DAY + i * 3) as UnixSeconds,
      geofence: 0 as GeofenceRef,
      evidenceFrom: i as EntryNumber,
    }),
  ],
];

/** What others wait for while one account reads the densest day that a tag can have made, against the limit. */
export async function benchDense(): Promise<readonly BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-dense-"));
  const keyRing = openSealedKeyFile(join(folder, "owners.keys"), randomBytes(32));
  const store = openStore({
    path: join(folder, "locations.db"),
    databaseKey: randomBytes(32),
    keyRing,
    now: () => NOW,
    monotonicMs: () => performance.now(),
  });
  const other = await claim(store, "other", "small" as TagId);
  const lines: BenchLine[] = [];
  for (const [name, tag, entryAt] of CASES) {
    const reader = await claim(store, "reader", tag);
    await fillDay(store, tag, entryAt);
    const ours = await p95While(reader, tag, other);
    lines.push({ bench: "dense", case: name, ours, peer: LIMIT_MS, unit: "ms", ratio: LIMIT_MS / ours });
  }
  await store.close();
  rmSync(folder, { recursive: true });
  return lines;
}
