import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { ADA, ALWAYS, BOB, fixes, later, NOON, OTHER_TAG, receivedAt, TAG } from "./contract-values.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { INVITATION_S, MAX_SHARES } from "../sharing/share.ts";
import type { HeldShare, Share, ShareDraft } from "../sharing/share.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";
import type { ViewerView } from "../reading/viewer-view.ts";

const CARL = "carl" as OwnerId;
const LIVE: ShareDraft = { kind: "live", name: "Grandma", endsAt: undefined, historyFrom: undefined };
const HISTORY: ShareDraft = { ...LIVE, kind: "history" };

/** Invites, or fails the test. */
async function invite(view: OwnerView, draft: ShareDraft): Promise<{ share: Share; code: string }> {
  const outcome = await view.inviteViewer(TAG, draft);
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return outcome;
}

/** Invites and lets the viewer accept. */
async function shared(view: OwnerView, viewer: ViewerView, draft: ShareDraft): Promise<HeldShare> {
  const held = await viewer.acceptShare((await invite(view, draft)).code);
  if (typeof held === "string") throw new Error("a fresh code was refused");
  return held;
}

/** Who may look at somebody else's tag, at what, and for how long. */
export function describeSharingContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: sharing`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let bob: ViewerView;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      // Another process serves the viewer: what one takes away counts at once for the other.
      bob = harness.second.forViewer(BOB);
    });
    afterEach(() => harness.close());

    const at = (minutes: number): UnixSeconds => later(NOON, minutes * 60);
    const record = (first: number, last: number) =>
      recorded(harness, TAG, fixes(first, last), receivedAt(harness.clock.now));
    const numbers = async (): Promise<number[] | string> => {
      const page = await bob.locations(TAG, ALWAYS);
      return typeof page === "string" ? page : page.items.map(({ number }) => number);
    };

    test("an invitation is accepted once, and both see who sees", async () => {
      const { share, code } = await invite(ada, LIVE);
      expect(share).toMatchObject({ kind: "live", name: "Grandma", acceptedAt: undefined });
      expect(await ada.shares(TAG)).toEqual([share]);
      harness.clock.now = at(5);
      const held = await bob.acceptShare(code.toLowerCase());
      const expected = { id: share.id, tag: { id: TAG, name: "Schnurrli" }, kind: "live", acceptedAt: at(5) };
      expect(held).toEqual({
        ...{ ...expected, historyFrom: undefined, endsAt: undefined },
        ...{ alerts: false, commands: false },
      });
      expect(await bob.heldShares()).toEqual([held]);
      expect(await ada.shares(TAG)).toEqual([{ ...share, acceptedAt: at(5) }]);
      for (const viewer of [BOB, CARL])
        expect(await harness.store.forViewer(viewer).acceptShare(code)).toBe("wrong-code");
    });

    test("nobody accepts a wrong code, an old one, one that was withdrawn, or one's own", async () => {
      const old = await invite(ada, LIVE);
      expect(await harness.store.forViewer(ADA).acceptShare(old.code)).toBe("wrong-code");
      for (const code of ["", "x", old.share.id]) expect(await bob.acceptShare(code)).toBe("wrong-code");
      harness.clock.now = later(NOON, INVITATION_S);
      expect(await bob.acceptShare(old.code)).toBe("wrong-code");
      expect(await ada.shares(TAG)).toEqual([]);
      const withdrawn = await invite(ada, LIVE);
      expect(await ada.removeShare(TAG, withdrawn.share.id)).toBe("removed");
      expect(await bob.acceptShare(withdrawn.code)).toBe("wrong-code");
      const ended = await invite(ada, { ...LIVE, endsAt: later(harness.clock.now, 10) });
      harness.clock.now = later(harness.clock.now, 10);
      expect(await bob.acceptShare(ended.code)).toBe("wrong-code");
    });

    test("a live share shows the latest location from when it began, and no history", async () => {
      await record(1, 5);
      harness.clock.now = at(6);
      await shared(ada, bob, LIVE);
      expect(await bob.latest(TAG)).toBeUndefined();
      harness.clock.now = at(8);
      await record(6, 7);
      expect(await bob.latest(TAG)).toMatchObject({ number: 7 });
      expect(await bob.latest(TAG)).toEqual(await ada.latest(TAG));
      expect(await bob.locations(TAG, ALWAYS)).toBe("live-only");
    });

    test("a history begins at the invitation, or where its owner says", async () => {
      await record(1, 5);
      harness.clock.now = at(4);
      const { code } = await invite(ada, HISTORY);
      harness.clock.now = at(9);
      await bob.acceptShare(code);
      await record(6, 9);
      expect(await numbers()).toEqual([4, 5, 6, 7, 8, 9]);
      await shared(ada, bob, { ...HISTORY, historyFrom: at(2) });
      expect(await numbers()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await bob.heldShares(), "the second in the place of the first").toHaveLength(1);
      const early = { from: 0 as UnixSeconds, to: at(1), limit: 10 };
      expect(await bob.locations(TAG, early)).toEqual({ items: [], next: undefined });
    });

    test("a share that is over stays in its row until the clock is trusted", async () => {
      const endsAt = later(NOON, 86_400);
      await ada.inviteViewer(TAG, { ...LIVE, endsAt });
      harness.clock.now = later(NOON, 90 * 86_400);
      harness.clock.isTrusted = false;
      await ada.inviteViewer(TAG, LIVE);
      expect(await ada.shares(TAG)).toHaveLength(1);
      harness.clock.now = NOON;
      expect(await ada.shares(TAG)).toHaveLength(2);
      harness.clock.now = later(NOON, 90 * 86_400);
      harness.clock.isTrusted = true;
      await ada.inviteViewer(TAG, LIVE);
      harness.clock.now = NOON;
      expect(await ada.shares(TAG)).toHaveLength(2);
    });

    test("pages of a history go on where they ended", async () => {
      await record(1, 9);
      await shared(ada, bob, { ...HISTORY, historyFrom: at(3) });
      const seen: number[] = [];
      for (let after; ;) {
        const page = await bob.locations(TAG, { ...ALWAYS, limit: 2, after });
        if (typeof page === "string") throw new Error(page);
        seen.push(...page.items.map(({ number }) => number));
        if ((after = page.next) === undefined) break;
      }
      expect(seen).toEqual([3, 4, 5, 6, 7, 8, 9]);
    });

    test.each<[string, (share: HeldShare) => Promise<unknown>]>([
      ["its owner takes it", (share) => ada.removeShare(TAG, share.id)],
      ["its viewer leaves", (share) => harness.store.forViewer(BOB).leaveShare(share.id)],
      ["its end comes", () => Promise.resolve((harness.clock.now = at(60)))],
      ["the owner gives the tag up", () => ada.eraseTag(TAG)],
      ["the owner goes", () => ada.eraseOwner()],
      ["somebody else claims the tag", () => claimed(harness, CARL, TAG)],
    ])(
      "nothing is left of a share when %s",
      async (_, end) => {
        await record(1, 5);
        const share = await shared(ada, bob, { ...HISTORY, historyFrom: NOON, endsAt: at(60) });
        expect(await numbers()).toEqual([1, 2, 3, 4, 5]);
        await end(share);
        expect(await bob.locations(TAG, ALWAYS)).toBe("not-found");
        expect(await bob.latest(TAG)).toBe("not-found");
        expect(await bob.heldShares()).toEqual([]);
        expect(await bob.leaveShare(share.id)).toBe("not-found");
      },
      10_000,
    );

    test("a viewer has no more than that: the tag is not theirs", async () => {
      await shared(ada, bob, HISTORY);
      const asOwner = harness.second.forOwner(BOB);
      expect(await asOwner.tag(TAG)).toBe("not-found");
      expect(await asOwner.events(TAG, ALWAYS)).toBe("not-found");
      expect(await asOwner.shares(TAG)).toBe("not-found");
      expect(await asOwner.inviteViewer(TAG, LIVE)).toMatchObject({ reason: "not-found" });
      expect(await asOwner.offerTransfer(TAG)).toBe("not-found");
      expect(await asOwner.tags({ limit: 10 })).toEqual({ items: [], next: undefined });
    });

    test("an account that is erased views nothing any more", async () => {
      await shared(ada, bob, HISTORY);
      await harness.second.forOwner(BOB).eraseOwner();
      expect(await ada.shares(TAG)).toEqual([]);
      expect(await bob.latest(TAG)).toBe("not-found");
    });

    test("a tag has at most so many shares; ended ones do not count", async () => {
      for (let i = 0; i < MAX_SHARES; i++) await invite(ada, { ...LIVE, endsAt: at(1) });
      expect(await ada.inviteViewer(TAG, LIVE)).toMatchObject({ reason: "too-many-shares" });
      harness.clock.now = at(1);
      await invite(ada, LIVE);
      await claimed(harness, ADA, OTHER_TAG);
      expect(await ada.shares(TAG)).toHaveLength(1);
      expect(await ada.shares(OTHER_TAG)).toEqual([]);
    });

    test("a change of shares is counted here and by the other process", async () => {
      const { store, second } = harness;
      const [here, there] = [await store.changeCount(), await second.changeCount()];
      expect([await store.changeCount(), await second.changeCount()]).toEqual([here, there]);
      await invite(ada, LIVE);
      expect(await store.changeCount()).toBeGreaterThan(here);
      expect(await second.changeCount()).toBeGreaterThan(there);
      const before = await second.changeCount();
      await record(1, 1);
      expect(await second.changeCount()).toBeGreaterThan(before);
    });
  });
}
