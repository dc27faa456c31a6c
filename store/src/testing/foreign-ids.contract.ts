import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { DEFAULT_PREFERENCES, type AlertId } from "../alerts/alert.ts";
import type { AlertChannelDraft } from "../alerts/alert-channel.ts";
import {
  ACCOUNT_MAIL,
  BUILT_IN_RULES,
  type AlertChannelId,
  type AlertRuleDraft,
  type AlertRuleId,
} from "../alerts/alert-rule.ts";
import type { AlertsView } from "../alerts/alerts-view.ts";
import { createClaimCode } from "../tags/claim-code.ts";
import type { CommandDraft, CommandsView } from "../commands/command.ts";
import type { LostDraft } from "../lost/lost-mode.ts";
import { ADA, ALWAYS, BOB, draft, fixes, later, NOON, OTHER_TAG, TAG } from "./contract-values.ts";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { WHOLE_REPORT } from "../live/live-news.ts";
import type { ShareDraft, ShareId } from "../sharing/share.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";
import type { ViewerView } from "../reading/viewer-view.ts";

const HISTORY: ShareDraft = { kind: "history", name: "x", endsAt: undefined, historyFrom: NOON };

/** What somebody else has; or ids that nobody has. */
interface Ids {
  readonly tag: TagId;
  readonly geofence: GeofenceId;
  readonly share: ShareId;
  /** Codes that were used, or were never made. */
  readonly claimCode: string;
  readonly shareCode: string;
  readonly transferCode: string;
  readonly exported: string;
  readonly alert: AlertId;
  readonly rule: AlertRuleId;
  readonly channel: AlertChannelId;
}

/** Every function of a view: how it is called with foreign ids, and what it must answer. */
type Cases<View> = Record<
  keyof View,
  (view: View, ids: Ids) => Promise<readonly [actual: unknown, wanted: unknown]>
>;

const BOUNDS = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };
const ALL_NEWS = {
  after: { report: 0, number: WHOLE_REPORT, cut: 0 },
  through: { report: 1_000, number: WHOLE_REPORT, cut: 0 },
  limit: 10,
};
const NOTHING = { items: [], next: undefined };
const NO_ALERTS = { items: [], hasMore: false, unread: 0 };
const LEFT = "left" as AlertRuleId;
const refused = (reason: string) => ({ kind: "refused", reason });
const unknown = (reason: string, at: number) => ({ ...refused(reason), at });

const RULE: AlertRuleDraft = { kind: "left", isEnabled: true, tellsViewers: false };
const MAIL: AlertChannelDraft = { name: "x", endpoint: { kind: "email", address: "x@example.org" } };

const ALERT_CASES: Cases<AlertsView> = {
  alerts: async (view, { tag }) => [
    [await view.alerts({ limit: 10 }), await view.alerts({ limit: 10, tag })],
    [NO_ALERTS, NO_ALERTS],
  ],
  alert: async (view, { alert }) => [await view.alert(alert), "not-found"],
  markAlert: async (view, { alert }) => [await view.markAlert(alert, { isAcknowledged: true }), "not-found"],
  markAllRead: async (view) => [await view.markAllRead(Number.MAX_SAFE_INTEGER), undefined],
  alertRules: async (view) => [await view.alertRules(), BUILT_IN_RULES],
  addAlertRule: async (view, { tag, geofence, channel }) => [
    [
      await view.addAlertRule({ ...RULE, tags: [OTHER_TAG, tag] }),
      await view.addAlertRule({ ...RULE, geofences: [geofence] }),
      await view.addAlertRule({ ...RULE, channels: [ACCOUNT_MAIL, channel] }),
    ],
    [unknown("unknown-tag", 1), unknown("unknown-geofence", 0), unknown("unknown-channel", 1)],
  ],
  changeAlertRule: async (view, { rule, tag }) => [
    [await view.changeAlertRule(rule, RULE), await view.changeAlertRule(LEFT, { ...RULE, tags: [tag] })],
    [refused("not-found"), unknown("unknown-tag", 0)],
  ],
  removeAlertRule: async (view, { rule }) => [await view.removeAlertRule(rule), "not-found"],
  alertChannels: async (view) => [await view.alertChannels(), []],
  addAlertChannel: async (view) => [(await view.addAlertChannel(MAIL)).kind, "made"],
  proveAlertChannel: async (view, { channel }) => [
    await view.proveAlertChannel(channel, "ABCDEFGH"),
    "not-found",
  ],
  sendProofAgain: async (view, { channel }) => [await view.sendProofAgain(channel), "not-found"],
  resumeAlertChannel: async (view, { channel }) => [await view.resumeAlertChannel(channel), "not-found"],
  rotateWebhook: async (view, { channel }) => [await view.rotateWebhook(channel), "not-found"],
  removeAlertChannel: async (view, { channel }) => [await view.removeAlertChannel(channel), "not-found"],
  testAlertChannel: async (view, { channel }) => [await view.testAlertChannel(channel), "not-found"],
  muteTag: async (view, { tag }) => [await view.muteTag(tag, "for-ever"), "not-found"],
  mutedUntil: async (view, { tag }) => [await view.mutedUntil(tag), "not-found"],
  alertPreferences: async (view) => [await view.alertPreferences(), DEFAULT_PREFERENCES],
  setAlertPreferences: async (view) => [
    await view.setAlertPreferences({ language: "de" }),
    { ...DEFAULT_PREFERENCES, language: "de" },
  ],
};

const BUZZ: CommandDraft = {
  ...{ kind: "buzz", seconds: 5, expiresAt: later(NOON, 3_600), idempotencyKey: undefined },
};

const LOST: LostDraft = { intervalS: 60, hasSound: true, floorPercent: 10, until: undefined };

/** Cases that owners and viewers share. */
const COMMAND_CASES: Cases<CommandsView> = {
  giveCommand: async (view, { tag }) => [await view.giveCommand(tag, BUZZ), refused("not-found")],
  command: async (view, { tag }) => [await view.command(tag, 1), "not-found"],
  commands: async (view, { tag }) => [await view.commands(tag), "not-found"],
};

const OWNER_CASES: Cases<OwnerView> = {
  ...ALERT_CASES,
  tags: async (view, { tag }) => [
    (await view.tags({ limit: 1_000 })).items.filter(({ id }) => id === tag),
    [],
  ],
  tag: async (view, { tag }) => [await view.tag(tag), "not-found"],
  claim: async (view, { claimCode }) => [await view.claim(claimCode, "mine"), "wrong-code"],
  renameTag: async (view, { tag }) => [await view.renameTag(tag, "mine"), "not-found"],
  setPace: async (view, { tag }) => [await view.setPace(tag, { fixIntervalS: 9 }), "not-found"],
  lost: async (view, { tag }) => [await view.lost(tag), "not-found"],
  setLost: async (view, { tag }) => [await view.setLost(tag, LOST), refused("not-found")],
  endLost: async (view, { tag }) => [await view.endLost(tag), "not-found"],
  setDetection: async (view, { tag }) => [await view.setDetection(tag, "quiet"), "not-found"],
  geofences: async (view, { geofence }) => [
    (await view.geofences({ limit: 1_000 })).items.filter(({ id }) => id === geofence),
    [],
  ],
  geofence: async (view, { geofence }) => [await view.geofence(geofence), "not-found"],
  createGeofence: async (view, { tag }) => [
    await view.createGeofence(draft("mine", [OTHER_TAG, tag])),
    unknown("tag-not-found", 1),
  ],
  replaceGeofence: async (view, { geofence }) => [
    await view.replaceGeofence(geofence, draft("mine", [OTHER_TAG]), undefined),
    refused("not-found"),
  ],
  deleteGeofence: async (view, { geofence }) => [await view.deleteGeofence(geofence, undefined), "not-found"],
  locations: async (view, { tag }) => [await view.locations(tag, ALWAYS), "not-found"],
  latest: async (view, { tag }) => [await view.latest(tag), "not-found"],
  events: async (view, { tag }) => [await view.events(tag, ALWAYS), "not-found"],
  shares: async (view, { tag }) => [await view.shares(tag), "not-found"],
  inviteViewer: async (view, { tag }) => [await view.inviteViewer(tag, HISTORY), refused("not-found")],
  changeShare: async (view, { tag, share }) => [
    [await view.changeShare(tag, share, { alerts: true }), await view.changeShare(OTHER_TAG, share, {})],
    ["not-found", "not-found"],
  ],
  removeShare: async (view, { tag, share }) => [
    [await view.removeShare(tag, share), await view.removeShare(OTHER_TAG, share)],
    ["not-found", "not-found"],
  ],
  transfer: async (view, { tag }) => [await view.transfer(tag), "not-found"],
  offerTransfer: async (view, { tag }) => [await view.offerTransfer(tag), "not-found"],
  cancelTransfer: async (view, { tag }) => [await view.cancelTransfer(tag), "not-found"],
  acceptTransfer: async (view, { transferCode }) => [await view.acceptTransfer(transferCode), "wrong-code"],
  confirmTransfer: async (view, { tag }) => [await view.confirmTransfer(tag, "000000"), "not-found"],
  finderReports: async (view, { tag }) => [await view.finderReports(tag), "not-found"],
  commandAnswers: async (view, { tag }) => [await view.commandAnswers(tag), "not-found"],
  followedTags: async (view, { tag }) => [
    [await view.followedTags(tag), (await view.followedTags()).filter((one) => one.tag === tag)],
    [[], []],
  ],
  liveNews: async (view, { tag }) => [await view.liveNews(tag, ALL_NEWS), "not-found"],
  commandsSince: async (view, { tag }) => [await view.commandsSince(tag, 0), "not-found"],
  ...COMMAND_CASES,
  retention: async (view) => [await view.retention(BOUNDS), { days: 90, afterwards: "delete" }],
  chooseRetention: async (view) => [
    await view.chooseRetention({ afterwards: "totals" }, BOUNDS),
    { days: 90, afterwards: "totals" },
  ],
  dayTotals: async (view, { tag }) => [await view.dayTotals(tag, ALWAYS), "not-found"],
  recordExport: async (view, { tag }) => [await view.recordExport(tag), "not-found"],
  eraseStretch: async (view, { tag }) => [await view.eraseStretch(tag, ALWAYS), "not-found"],
  setSuspect: async (view, { tag }) => [await view.setSuspect(tag, ALWAYS.from, true), "not-found"],
  beginExport: async (view) => {
    const begun = await view.beginExport();
    if (typeof begun === "object" && "id" in begun) await begun.fail();
    return [typeof begun, "object"];
  },
  exportState: async (view, { exported }) => [await view.exportState(exported), "not-found"],
  readExport: async (view, { exported }) => [await view.readExport(exported, 0), "not-found"],
  archive: (view, { tag }) =>
    Promise.resolve([
      view
        .archive()
        .ownerships()
        .filter((one) => one.tag === tag),
      [],
    ]),
  eraseTag: async (view, { tag }) => [await view.eraseTag(tag), "not-found"],
  // Takes no id. Last: what is left of the other owner afterwards is looked at below.
  eraseOwner: async (view) => [(await view.eraseOwner(), await view.tags({ limit: 10 })), NOTHING],
};

const VIEWER_CASES: Cases<ViewerView> = {
  acceptShare: async (view, { shareCode }) => [await view.acceptShare(shareCode), "wrong-code"],
  heldShares: async (view) => [await view.heldShares(), []],
  leaveShare: async (view, { share }) => [await view.leaveShare(share), "not-found"],
  latest: async (view, { tag }) => [await view.latest(tag), "not-found"],
  locations: async (view, { tag }) => [await view.locations(tag, ALWAYS), "not-found"],
  followedTags: async (view, { tag }) => [
    [await view.followedTags(tag), await view.followedTags()],
    [[], []],
  ],
  liveNews: async (view, { tag }) => [await view.liveNews(tag, ALL_NEWS), "not-found"],
  commandsSince: async (view, { tag }) => [await view.commandsSince(tag, 0), "not-found"],
  ...COMMAND_CASES,
};

/** The functions that an object of a class has, its own and inherited. */
function functionsOf(view: object): string[] {
  const names = new Set<string>();
  for (let one = view; one !== Object.prototype; one = Object.getPrototypeOf(one) as object)
    for (const name of Object.getOwnPropertyNames(one))
      if (name !== "constructor" && typeof Reflect.get(view, name) === "function") names.add(name);
  return [...names];
}

/** The second layer: the store answers nothing of a foreign id, whatever the edge in front of it lets through. */
export function describeForeignIdContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: foreign ids`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let bob: OwnerView;
    let foreign: Ids;
    const missing: Ids = {
      tag: "nobody" as TagId,
      geofence: "a".repeat(26) as GeofenceId,
      share: "a".repeat(26) as ShareId,
      claimCode: createClaimCode(),
      shareCode: createClaimCode(),
      transferCode: createClaimCode(),
      exported: "a".repeat(32),
      alert: "a".repeat(26) as AlertId,
      rule: "a".repeat(26) as AlertRuleId,
      channel: "a".repeat(26) as AlertChannelId,
    };

    beforeEach(async () => {
      harness = await make();
      const claimCode = createClaimCode();
      await harness.store.registry.register(TAG, claimCode, NOON);
      ada = harness.store.forOwner(ADA);
      await ada.claim(claimCode, "Schnurrli");
      await recorded(harness, TAG, fixes(1, 3));
      const geofence = await ada.createGeofence(draft("home", [TAG]));
      const invited = await ada.inviteViewer(TAG, HISTORY);
      const offer = await ada.offerTransfer(TAG);
      if (geofence.kind === "refused" || invited.kind === "refused" || typeof offer === "string")
        throw new Error("refused");
      const exported = await ada.beginExport();
      if (typeof exported === "string" || !("id" in exported)) throw new Error("no export");
      await exported.write(Buffer.from("where the cat lives"));
      await exported.finish();
      const [rule, channel] = [await ada.addAlertRule(RULE), await ada.addAlertChannel(MAIL)];
      const alert = await ada.testAlertChannel(ACCOUNT_MAIL);
      if (rule.kind === "refused" || channel.kind === "refused" || typeof alert === "string")
        throw new Error("refused");
      const carl = "carl" as OwnerId;
      await harness.store.forViewer(carl).acceptShare(invited.code);
      await harness.store.forOwner(carl).acceptTransfer(offer.code);
      foreign = {
        tag: TAG,
        geofence: geofence.geofence.id,
        share: invited.share.id,
        claimCode,
        shareCode: invited.code,
        transferCode: offer.code,
        exported: exported.id,
        alert: alert.id,
        rule: rule.rule.id,
        channel: channel.channel.id,
      };
      bob = await claimed(harness, BOB, OTHER_TAG);
    });
    afterEach(() => harness.close());

    test("every function of the views has a case", () => {
      expect(functionsOf(bob).sort()).toEqual(Object.keys(OWNER_CASES).sort());
      expect(functionsOf(harness.store.forViewer(BOB)).sort()).toEqual(Object.keys(VIEWER_CASES).sort());
    });

    test.each(Object.keys(OWNER_CASES) as (keyof OwnerView)[])("an owner's %s", async (name) => {
      for (const ids of [foreign, missing]) {
        const [actual, wanted] = await OWNER_CASES[name](bob, ids);
        expect(actual).toEqual(wanted);
      }
      await expectUntouched();
    });

    test.each(Object.keys(VIEWER_CASES) as (keyof ViewerView)[])("a viewer's %s", async (name) => {
      for (const ids of [foreign, missing]) {
        const [actual, wanted] = await VIEWER_CASES[name](harness.second.forViewer(BOB), ids);
        expect(actual).toEqual(wanted);
      }
      await expectUntouched();
    });

    async function expectUntouched(): Promise<void> {
      expect(await ada.tag(TAG)).toMatchObject({ name: "Schnurrli" });
      expect(await ada.latest(TAG)).toMatchObject({ number: 3 });
      expect(await ada.geofence(foreign.geofence)).toMatchObject({ name: "home", version: 1, tagIds: [TAG] });
      expect(await ada.shares(TAG)).toMatchObject([{ id: foreign.share, acceptedAt: NOON }]);
      expect(await ada.transfer(TAG)).toMatchObject({ acceptedAt: NOON });
      expect(await ada.alert(foreign.alert)).toMatchObject({ readAt: undefined, acknowledgedAt: undefined });
      expect(await ada.alertRules()).toHaveLength(BUILT_IN_RULES.length + 1);
      expect(await ada.alertChannels()).toMatchObject([{ id: foreign.channel, state: "unproved" }]);
      expect(await ada.mutedUntil(TAG)).toBeUndefined();
    }
  });
}
