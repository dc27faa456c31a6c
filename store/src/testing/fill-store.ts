import type { TagId } from "@purrimeter/protocol/values";
import {
  ADA,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  receivedAt,
  reportOf,
  transition,
} from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const ONLINE = { online: true, settingsVersion: 1, firmware: "1.0.0" } as const;

/** Gives every table at least a row of that tag, which becomes ADA's; BOB may see it and is to get it. */
export async function fillStore(harness: StoreHarness, tag: TagId): Promise<void> {
  const ada = await claimed(harness, ADA, tag);
  const bob = harness.store.forOwner(BOB);
  const { reports, registry, finderReports } = harness.store;
  await ada.createGeofence(draft("home", [tag]));
  const gone = await ada.createGeofence(draft("shed", [tag]));
  if (gone.kind === "written") await ada.deleteGeofence(gone.geofence.id, undefined);
  await recorded(harness, tag, fixes(1, 2, 1, 6));
  await recorded(harness, tag, reportOf(3, [fix(3), transition(4, 0, "inside", "outside", 2)], 3));
  await recorded(
    harness,
    tag,
    reportOf(5, [fix(5, later(NOON, 86_400))], 3),
    receivedAt(later(NOON, 86_400)),
  );
  const answer = { kind: "answer", at: later(NOON, 400), command: 7, outcome: "done" } as const;
  await recorded(harness, tag, reportOf(6, [answer], 3));
  await reports.keepDeadLetter(tag, Buffer.from("no report"), "truncated", NOON);
  await reports.recordStatus(tag, ONLINE, NOON);
  const invitation = await ada.inviteViewer(tag, {
    kind: "live",
    name: "Bob",
    endsAt: undefined,
    historyFrom: undefined,
  });
  if (invitation.kind === "refused") throw new Error(invitation.reason);
  await harness.store.forViewer(BOB).acceptShare(invitation.code);
  const offer = await ada.offerTransfer(tag);
  if (typeof offer === "string") throw new Error("own tag not found");
  await bob.acceptTransfer(offer.code);
  const found = { message: "here", contact: undefined, place: undefined };
  await finderReports.report(await registry.printedCode(tag), found, "192.0.2.1");
  const archive = await ada.beginExport();
  if (typeof archive === "object" && "id" in archive) {
    await archive.write(Buffer.from("all of it"));
    await archive.finish();
  }
  await harness.store.clock.keepTrusted(NOON);
}
