import type { Report } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "../tags/claim-code.ts";
import { ALWAYS, NOON, pageOf, receivedAt } from "./contract-values.ts";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { Store } from "../open-store.ts";
import type { Location } from "../reading/location.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { Received, RecordOutcome, Stored } from "../recording/report-store.ts";

/** An empty store that contract tests run against, as one process has it and as another has it. */
export interface StoreHarness {
  readonly store: Store;
  readonly second: Store;
  /** The key ring that both use. */
  readonly keyRing: KeyRing;
  /** What both stores take for the time, and what they think of it. */
  readonly clock: { now: UnixSeconds; isTrusted: boolean; isPlausible: boolean };
  close(): Promise<void>;
}

/** Registers the tag if need be and claims it; returns its owner's view. */
export async function claimed(
  harness: StoreHarness,
  owner: OwnerId,
  tag: TagId,
  name = "cat",
): Promise<OwnerView> {
  const { registry } = harness.store;
  const code = createClaimCode();
  const outcome = await registry.register(tag, code, NOON);
  if (outcome === "exists") await registry.renewClaimCode(tag, code);
  const view = harness.store.forOwner(owner);
  if (typeof (await view.claim(code, name)) === "string") throw new Error("a fresh code was refused");
  return view;
}

/** Records a report that must be stored. */
export async function recorded(
  harness: StoreHarness,
  tag: TagId,
  report: Report,
  received: Received = receivedAt(),
): Promise<Stored> {
  const outcome: RecordOutcome = await harness.store.reports.recordReport(tag, report, received);
  if (outcome.kind !== "stored") throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

/** All locations of a tag, read in pages of `limit`. */
export async function allLocations(view: OwnerView, tag: TagId, limit = 1_000): Promise<Location[]> {
  const items: Location[] = [];
  for (let after: Location | undefined; ;) {
    const page = pageOf(await view.locations(tag, { ...ALWAYS, after, limit }));
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.items.at(-1);
  }
}

/** Numbers of all locations of a tag, in the order in which they are served. */
export async function storedNumbers(view: OwnerView, tag: TagId): Promise<number[]> {
  return (await allLocations(view, tag)).map(({ number }) => number);
}
