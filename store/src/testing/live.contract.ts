import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  WHOLE_REPORT,
  type LiveNews,
  type LiveView,
  type NewsHead,
  type NewsMark,
} from "../live/live-news.ts";
import { ACCOUNT_MAIL } from "../alerts/alert-rule.ts";
import type { CommandsView } from "../commands/command.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import type { ShareDraft } from "../sharing/share.ts";
import {
  ADA,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  OTHER_TAG,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const LIVE: ShareDraft = { kind: "live", name: "Bob", endsAt: undefined, historyFrom: undefined };

function numbersOf({ items }: LiveNews): number[] {
  return items.map((item) => (item.kind === "location" ? item.location.number : item.event.number));
}

/** BOB's view, with a share of TAG. */
async function shared(harness: StoreHarness, ada: OwnerView, draft: ShareDraft): Promise<ViewerView> {
  const bob = harness.second.forViewer(BOB);
  const invited = await ada.inviteViewer(TAG, draft);
  if (invited.kind === "refused") throw new Error(invited.reason);
  await bob.acceptShare(invited.code);
  return bob;
}

/** What is told of tags to those who follow them, in the order in which it arrived. */
export function describeLiveContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: live`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    /** What arrived before the test. */
    let start: NewsMark;
    let head: NewsHead;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG);
      head = await harness.second.arrivals.newest();
      start = head.reports;
    });
    afterEach(() => harness.close());

    // Another process follows what this one records.
    const newest = async (): Promise<NewsMark> => (await harness.second.arrivals.newest()).reports;
    async function news(after = start, limit = 100, view: LiveView = harness.second.forOwner(ADA)) {
      const read = await view.liveNews(TAG, { after, through: await newest(), limit });
      if (typeof read === "string") throw new Error(read);
      return read;
    }
    const changed = async (since: NewsHead) => {
      const arrived = await harness.second.arrivals.since(since);
      if (arrived === "unknown") throw new Error(arrived);
      return arrived;
    };
    const ownershipOf = async (view: LiveView, tag = TAG) => (await view.followedTags(tag))[0]?.ownership;

    test("says of which ownerships something arrived, and nothing more", async () => {
      const other = await claimed(harness, BOB, OTHER_TAG);
      head = await harness.second.arrivals.newest();
      expect(await changed(head)).toEqual({ head, ownerships: new Set(), accounts: new Set() });
      await recorded(harness, TAG, fixes(1, 2));
      const first = await changed(head);
      expect(first.ownerships).toEqual(new Set([await ownershipOf(ada)]));
      await recorded(harness, OTHER_TAG, fixes(1, 2));
      expect((await changed(first.head)).ownerships).toEqual(new Set([await ownershipOf(other, OTHER_TAG)]));
      expect((await changed(head)).ownerships).toHaveProperty("size", 2);
    });

    test("tells what arrived since a mark, late fixes and doubted ones too, in the order of arrival", async () => {
      await recorded(harness, TAG, fixes(5, 6));
      const after = (await news()).mark;
      await recorded(harness, TAG, fixes(1, 4));
      await recorded(harness, TAG, reportOf(7, [fix(7)]), { at: NOON, suspect: ["too-fast"] });
      expect(numbersOf(await news(after))).toEqual([1, 2, 3, 4, 7]);
      expect((await news(after)).items.at(-1)).toMatchObject({ location: { doubt: "too-fast" } });
      expect(numbersOf(await news((await news(after)).mark))).toEqual([]);
    });

    test("goes on within a report, and tells nothing twice", async () => {
      await recorded(harness, TAG, fixes(1, 5));
      await recorded(harness, TAG, fixes(6, 7));
      const seen: number[] = [];
      for (let [after, hasMore] = [start, true]; hasMore;) {
        const page = await news(after, 2);
        seen.push(...numbersOf(page));
        ({ mark: after, hasMore } = page);
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });

    test("tells transitions with their geofence, to the owner alone", async () => {
      const outcome = await ada.createGeofence(draft("garden", [TAG]));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      const settings = await harness.store.reports.wantedSettings(TAG);
      const change = transition(
        2,
        settings?.geofences[0]?.ref ?? -1,
        "inside",
        "outside",
        settings?.version ?? -1,
      );
      const bob = await shared(harness, ada, LIVE);
      await recorded(harness, TAG, reportOf(1, [fix(1), change]));
      const geofence = { id: outcome.geofence.id, name: "garden" };
      expect((await news()).items).toMatchObject([
        { kind: "location" },
        { kind: "event", event: { geofence, from: "inside", to: "outside", lastKnown: "inside" } },
      ]);
      expect(numbersOf(await news(start, 100, bob))).toEqual([1]);
      expect(await bob.followedTags()).toEqual([
        { tag: TAG, ownership: await ownershipOf(ada), state: undefined },
      ]);
    });

    test("a viewer is told nothing from before the share, nothing doubted, and nothing after its end", async () => {
      harness.clock.now = later(NOON, 180);
      const bob = await shared(harness, ada, { ...LIVE, endsAt: later(NOON, 600) });
      await recorded(harness, TAG, fixes(1, 4), receivedAt(harness.clock.now));
      await recorded(harness, TAG, reportOf(5, [fix(5)]), { at: NOON, suspect: ["too-fast"] });
      expect(numbersOf(await news(start, 100, bob))).toEqual([3, 4]);
      harness.clock.now = later(NOON, 600);
      const range = { after: start, through: await newest(), limit: 10 };
      expect(await bob.liveNews(TAG, range)).toBe("not-found");
      expect([await bob.followedTags(TAG), await bob.followedTags()]).toEqual([[], []]);
    });

    test("a new owner is told nothing of the former one's time", async () => {
      await recorded(harness, TAG, fixes(1, 2));
      harness.clock.now = later(NOON, 3_600);
      await claimed(harness, BOB, TAG);
      const range = { after: start, through: await newest(), limit: 10 };
      expect(await ada.liveNews(TAG, range)).toBe("not-found");
      expect(await harness.second.forOwner(BOB).liveNews(TAG, range)).toMatchObject({ items: [] });
    });

    test("says of which tags other settings are wanted", async () => {
      head = await harness.second.arrivals.newest();
      await ada.setDetection(TAG, "quick");
      expect((await changed(head)).ownerships).toEqual(new Set([await ownershipOf(ada)]));
    });

    test("says of which tags commands changed, and shows each who gave them their own", async () => {
      const bob = await shared(harness, ada, { ...LIVE, rights: { commands: true } });
      head = await harness.second.arrivals.newest();
      const expiresAt = later(NOON, 600);
      const given = async (view: CommandsView, kind: "buzz" | "light") => {
        const draft = { kind, seconds: 5, expiresAt, idempotencyKey: undefined };
        const outcome = await view.giveCommand(TAG, draft);
        if (outcome.kind === "refused") throw new Error(outcome.reason);
        return outcome.command;
      };
      const [buzz, light] = [await given(ada, "buzz"), await given(bob, "light")];
      expect((await changed(head)).ownerships).toEqual(new Set([await ownershipOf(ada)]));
      expect(await ada.commandsSince(TAG, head.commands)).toEqual([buzz, light]);
      expect(await bob.commandsSince(TAG, head.commands)).toEqual([light]);
      const { commands } = await harness.second.arrivals.newest();
      expect(await ada.commandsSince(TAG, commands)).toEqual([]);
      await given(ada, "buzz");
      expect(await ada.commandsSince(TAG, commands)).toMatchObject([{ kind: "buzz" }, { kind: "buzz" }]);
      expect(await ada.commandsSince(TAG, head.commands, commands), "no later change").toEqual([light]);
    });

    test("says which accounts have new alerts", async () => {
      head = await harness.second.arrivals.newest();
      await ada.testAlertChannel(ACCOUNT_MAIL);
      expect(await changed(head)).toMatchObject({ ownerships: new Set(), accounts: new Set([ADA]) });
    });

    test("says what the tag runs and when it was heard, without a name", async () => {
      await harness.store.reports.recordStatus(
        TAG,
        { online: true, settingsVersion: 0, firmware: "1" },
        NOON,
      );
      const state = { lastHeardAt: NOON, batteryPercent: undefined, settings: { reported: 0 } };
      expect(await ada.followedTags()).toMatchObject([{ tag: TAG, state }]);
    });

    test("misses nothing when the newest rows were deleted and their numbers are given again", async () => {
      await recorded(harness, TAG, fixes(1, 1));
      const before = await newest();
      await claimed(harness, BOB, OTHER_TAG);
      await recorded(harness, OTHER_TAG, fixes(1, 2));
      const told = await newest();
      expect(told.report).toBeGreaterThan(before.report);
      await harness.store.forOwner(BOB).eraseOwner();
      await recorded(harness, TAG, fixes(2, 2));
      expect((await newest()).report).toBe(told.report);
      expect((await changed({ ...head, reports: told })).ownerships).toEqual(
        new Set([await ownershipOf(ada)]),
      );
      expect(numbersOf(await news(told))).toEqual([2]);
      expect(numbersOf(await news(before))).toEqual([2]);
    });

    test("a mark of a later report or of another database is not known", async () => {
      for (const made of [
        { report: 9, cut: 0 },
        { report: 0, cut: 7 },
      ]) {
        const mark = { ...made, number: WHOLE_REPORT };
        expect(await harness.second.arrivals.since({ ...head, reports: mark })).toBe("unknown");
        const range = { after: mark, through: await newest(), limit: 10 };
        expect(await ada.liveNews(TAG, range)).toBe("unknown");
      }
    });
  });
}
