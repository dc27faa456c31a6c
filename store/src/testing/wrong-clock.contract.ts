import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "../tags/claim-code.ts";
import { ADA, ALWAYS, BOB, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

const DAY_S = 86_400;
const AHEAD_S = 400 * DAY_S;
const BEHIND_S = -730 * DAY_S;
const CARL = "carl" as OwnerId;
const LIVE = { kind: "live", name: "Carl", endsAt: undefined, historyFrom: undefined } as const;
const HISTORY = { ...LIVE, kind: "history" } as const;

/** What begins while the server's clock is wrong: nothing that it should hide is shown, and nothing is lost for ever. */
export function describeWrongClockContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: a wrong clock`, () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await make();
      await claimed(harness, ADA, TAG);
      // The clock was right when Ada's tag was heard.
      await report(1, NOON);
    });
    afterEach(() => harness.close());

    /** One entry, dated by the tag; the server takes the report at the time of its own clock. */
    const report = (number: number, at: UnixSeconds) =>
      recorded(harness, TAG, reportOf(number, [fix(number, at)]), receivedAt(harness.clock.now));

    /** In either way in which a tag changes hands. */
    const byErasure = async () => {
      await harness.store.forOwner(ADA).eraseTag(TAG);
      return claimed(harness, BOB, TAG);
    };
    const byTransfer = async () => {
      const [ada, bob] = [harness.store.forOwner(ADA), harness.second.forOwner(BOB)];
      const offer = await ada.offerTransfer(TAG);
      if (typeof offer === "string") throw new Error(offer);
      const accepted = await bob.acceptTransfer(offer.code);
      if (typeof accepted === "string") throw new Error(accepted);
      expect(await ada.confirmTransfer(TAG, accepted.checkNumber)).toBe("transferred");
      return bob;
    };
    const WAYS = { "a claim": byErasure, "a transfer": byTransfer };

    describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])("%s", (way) => {
      test("by a clock that is ahead loses the first report on the right one, and no later one", async () => {
        harness.clock.now = later(NOON, AHEAD_S);
        const bob = await WAYS[way]();
        expect(await report(2, later(NOON, 60))).toMatchObject({ stored: 0, withheld: 1 });
        harness.clock.now = later(NOON, 600);
        await report(3, later(NOON, 540));
        await report(4, later(NOON, 660));
        harness.clock.now = later(NOON, 1_200);
        await report(5, later(NOON, 1_140));
        expect(await storedNumbers(bob, TAG)).toEqual([4, 5]);
      });

      test.each([
        ["while it is behind", later(NOON, BEHIND_S)],
        ["when it is right again", later(NOON, 7_200)],
      ])("by a clock that is behind shows nothing of the former owner %s", async (_when, then) => {
        harness.clock.now = later(NOON, BEHIND_S);
        const bob = await WAYS[way]();
        harness.clock.now = then;
        // Not sent before: the tag had no network.
        await report(2, later(NOON, 60));
        await report(3, later(NOON, 120));
        expect(await storedNumbers(bob, TAG)).toEqual([]);
        harness.clock.now = later(NOON, 9_000);
        await report(4, later(NOON, 8_940));
        await report(5, later(NOON, 9_060));
        expect(await storedNumbers(bob, TAG)).toContain(5);
      });

      test("is later than what the tag said itself, when the clock is behind by less than can be told", async () => {
        await report(2, later(NOON, 290));
        const bob = await WAYS[way]();
        await report(2, later(NOON, 290));
        await report(3, later(NOON, 291));
        expect(await storedNumbers(bob, TAG)).toEqual([3]);
      });
    });

    test("a clock that was always behind is contradicted by the tag", async () => {
      const other = await make();
      other.clock.now = later(NOON, BEHIND_S);
      await claimed(other, ADA, TAG);
      const bob = await claimed(other, BOB, TAG);
      const fixes = (number: number, at: UnixSeconds) =>
        recorded(other, TAG, reportOf(number, [fix(number, at)]), receivedAt(other.clock.now));
      expect(await fixes(1, NOON)).toMatchObject({ stored: 0, withheld: 1 });
      other.clock.now = later(NOON, 600);
      await fixes(2, later(NOON, 60));
      await fixes(3, later(NOON, 660));
      expect(await storedNumbers(bob, TAG)).toEqual([3]);
      await other.close();
    });

    test("a tag whose time is wrong later moves no start", async () => {
      const bob = await byErasure();
      await report(2, later(NOON, 60));
      await report(3, later(NOON, AHEAD_S));
      await report(4, later(NOON, 120));
      expect(await storedNumbers(bob, TAG)).toEqual([2, 4, 3]);
    });

    test("that is not plausible begins nothing: no claim, no transfer, no share", async () => {
      const ada = harness.store.forOwner(ADA);
      const [code, offer] = [createClaimCode(), await ada.offerTransfer(TAG)];
      const invited = await ada.inviteViewer(TAG, LIVE);
      if (typeof offer === "string" || invited.kind === "refused") throw new Error("refused");
      await harness.store.registry.renewClaimCode(TAG, code);
      const [bob, carl] = [harness.second.forOwner(BOB), harness.store.forViewer(CARL)];
      harness.clock.isPlausible = false;
      const outcomes = await Promise.all([
        bob.claim(code, "x"),
        ada.offerTransfer(TAG),
        bob.acceptTransfer(offer.code),
        ada.confirmTransfer(TAG, "000000"),
        carl.acceptShare(invited.code),
      ]);
      expect(new Set(outcomes)).toEqual(new Set(["clock-not-trusted"]));
      const refused = { kind: "refused", reason: "clock-not-trusted" };
      expect(await ada.inviteViewer(TAG, LIVE)).toEqual(refused);
      harness.clock.isPlausible = true;
      expect(await bob.acceptTransfer(offer.code)).toMatchObject({ tag: TAG });
      expect(await carl.acceptShare(invited.code)).toMatchObject({ kind: "live" });
      expect(await bob.claim(code, "x")).toMatchObject({ id: TAG });
    });

    test("a history from a clock that is behind shows nothing from before", async () => {
      const invited = await harness.store.forOwner(ADA).inviteViewer(TAG, HISTORY);
      harness.clock.now = later(NOON, BEHIND_S);
      const late = await harness.store.forOwner(ADA).inviteViewer(TAG, HISTORY);
      if (invited.kind === "refused" || late.kind === "refused") throw new Error("refused");
      const [bob, carl] = [harness.store.forViewer(BOB), harness.store.forViewer(CARL)];
      await bob.acceptShare(invited.code);
      await carl.acceptShare(late.code);
      harness.clock.now = later(NOON, 600);
      await report(2, later(NOON, 600));
      expect(await bob.locations(TAG, ALWAYS)).toMatchObject({ items: [{ number: 1 }, { number: 2 }] });
      expect(await carl.locations(TAG, ALWAYS)).toMatchObject({ items: [{ number: 2 }] });
      expect(await carl.latest(TAG)).toMatchObject({ number: 2 });
    });

    test.each([LIVE, HISTORY])(
      "a $kind share from a clock that is ahead begins when it is right",
      async (draft) => {
        harness.clock.now = later(NOON, AHEAD_S);
        const ada = harness.store.forOwner(ADA);
        const [one, two] = [await ada.inviteViewer(TAG, draft), await ada.inviteViewer(TAG, draft)];
        if (one.kind === "refused" || two.kind === "refused") throw new Error("refused");
        const bob = harness.store.forViewer(BOB);
        await bob.acceptShare(one.code);
        harness.clock.now = later(NOON, 600);
        await harness.store.cutFutureTimes(harness.clock.now);
        await report(2, later(NOON, 660));
        expect(await bob.latest(TAG)).toMatchObject({ number: 2 });
        expect(await bob.locations(TAG, ALWAYS)).toMatchObject(
          draft.kind === "live" ? {} : { items: [{ number: 2 }] },
        );
        harness.clock.now = later(NOON, 8 * DAY_S);
        expect(await harness.store.forViewer(CARL).acceptShare(two.code), "seven days").toBe("wrong-code");
      },
    );

    test("a beginning in the future that the owner chose stays", async () => {
      const historyFrom = later(NOON, 30 * DAY_S);
      const invited = await harness.store.forOwner(ADA).inviteViewer(TAG, { ...HISTORY, historyFrom });
      expect(invited).toMatchObject({ share: { historyFrom } });
      expect(await harness.store.cutFutureTimes(harness.clock.now)).toBe(0);
    });

    test("a tag that was heard in the future is silent from now on", async () => {
      harness.clock.now = later(NOON, AHEAD_S);
      await report(2, later(NOON, 60));
      const status = { online: true, settingsVersion: 1, firmware: "1" };
      await harness.store.reports.recordStatus(TAG, status, harness.clock.now);
      harness.clock.now = later(NOON, 600);
      expect(await harness.store.cutFutureTimes(harness.clock.now)).toBe(2);
      const ada = harness.store.forOwner(ADA);
      expect(await ada.tag(TAG)).toMatchObject({ lastHeardAt: later(NOON, 600) });
      harness.clock.now = later(NOON, 1_200);
      await report(3, later(NOON, 1_140));
      expect(await ada.tag(TAG)).toMatchObject({ lastHeardAt: later(NOON, 1_200) });
    });

    test("an ownership and an offer from the future are the present's", async () => {
      harness.clock.now = later(NOON, AHEAD_S);
      const bob = await byErasure();
      await bob.offerTransfer(TAG);
      harness.clock.now = later(NOON, 600);
      await harness.store.cutFutureTimes(harness.clock.now);
      expect(await bob.tag(TAG)).toMatchObject({ claimedAt: later(NOON, 600) });
      expect(await bob.transfer(TAG)).toMatchObject({ expiresAt: later(NOON, 600 + 3 * DAY_S) });
    });
  });
}
