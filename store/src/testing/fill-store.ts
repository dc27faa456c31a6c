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
import type { AlertWork } from "../alerts/alert-work.ts";
import { ACCOUNT_MAIL } from "../alerts/alert-rule.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { alertDraft, conclusion, takeTasks } from "./alert-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const ONLINE = { online: true, settingsVersion: 1, firmware: "1.0.0" } as const;

const DAY_S = 86_400;
const BOUNDS = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };

/** Days before the others: one becomes a total of the tag, and of the first tag another one the installation's. */
async function fillTotals(harness: StoreHarness, ada: OwnerView, tag: TagId): Promise<void> {
  const { items } = await ada.tags({ limit: 2 });
  const own = await ada.tag(tag);
  if (own === "not-found") throw new Error("own tag not found");
  // Once: another choice deletes the totals that are there.
  const choices = items.length === 1 ? (["anonymise", "totals"] as const) : (["totals"] as const);
  for (const [number, afterwards] of choices.entries()) {
    const noon = later(NOON, (number - 4) * DAY_S);
    const entries = [
      fix(2 * number + 1, noon),
      { ...transition(1, 0, "inside", "outside", own.settings.wanted), at: later(noon, 60) },
    ];
    await recorded(harness, tag, reportOf(2 * number + 1, entries, 1, 5), receivedAt(noon));
    await ada.chooseRetention({ days: 1, afterwards }, BOUNDS);
    await harness.store.retention.run({ asOf: later(noon, 2 * DAY_S), bounds: BOUNDS });
  }
}

/** What the owner said of alerts, and an alert. */
async function fillAlerts(ada: OwnerView, tag: TagId): Promise<void> {
  await ada.addAlertRule({ kind: "outside-longer", isEnabled: true, longerThanS: 600, tellsViewers: false });
  const endpoint = { kind: "email", address: "ada@example.org" } as const;
  await ada.addAlertChannel({ name: "work", endpoint });
  await ada.testAlertChannel(ACCOUNT_MAIL);
  await ada.muteTag(tag, "for-ever");
  await ada.setAlertPreferences({ language: "de", timeZone: "Europe/Zurich" });
}

/** An alert of the tag to its owner, with a delivery that waits. */
async function tellOf(work: AlertWork, tag: TagId): Promise<void> {
  const told = conclusion([alertDraft()], { state: { isOut: true } });
  for (const task of await takeTasks(work, later(NOON, 200_000) * 1_000))
    if (task.tag === tag) await work.conclude(task, told, NOON * 1_000);
}

/** Gives every table at least a row of that tag, which becomes ADA's; BOB may see it and is to get it. */
export async function fillStore(harness: StoreHarness, tag: TagId): Promise<void> {
  const ada = await claimed(harness, ADA, tag);
  const bob = harness.store.forOwner(BOB);
  const { reports, registry, finderReports } = harness.store;
  await ada.createGeofence(draft("home", [tag]));
  const early = later(NOON, -9 * DAY_S);
  await recorded(harness, tag, reportOf(1, [fix(1, early)], 1, 4), receivedAt(early));
  await ada.eraseStretch(tag, { from: early, to: early });
  await fillTotals(harness, ada, tag);
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
  const expiresAt = later(NOON, 3_600);
  await ada.setLost(tag, { intervalS: 60, hasSound: true, floorPercent: 10, until: undefined });
  await ada.giveCommand(tag, { kind: "buzz", seconds: 5, expiresAt, idempotencyKey: "once" });
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
  await fillAlerts(ada, tag);
  await tellOf(harness.store.alertWork, tag);
  const archive = await ada.beginExport();
  if (typeof archive === "object" && "id" in archive) {
    await archive.write(Buffer.from("all of it"));
    await archive.finish();
  }
  await harness.store.clock.keepTrusted(NOON);
}
