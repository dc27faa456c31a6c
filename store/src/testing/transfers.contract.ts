import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClaimCode } from "../tags/claim-code.ts";
import { ADA, ALWAYS, BOB, draft, fixes, later, NOON, receivedAt, TAG } from "./contract-values.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";
import { OFFER_S } from "../transfers/transfer.ts";

const CARL = "carl" as OwnerId;

/** How a tag goes from one account to another: both say so, and neither sees the other's time. */
export function describeTransferContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: transfer`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let bob: OwnerView;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      bob = harness.second.forOwner(BOB);
    });
    afterEach(() => harness.close());

    const offered = async (): Promise<string> => {
      const offer = await ada.offerTransfer(TAG);
      if (typeof offer === "string") throw new Error("own tag not found");
      return offer.code;
    };
    const accepted = async (): Promise<string> => {
      const answer = await bob.acceptTransfer(await offered());
      if (typeof answer === "string") throw new Error("a fresh code was refused");
      return answer.checkNumber;
    };

    test("offered, accepted, confirmed: a new ownership starts", async () => {
      await recorded(harness, TAG, fixes(1, 5));
      await ada.createGeofence(draft("home", [TAG]));
      const share = await ada.inviteViewer(TAG, {
        kind: "history",
        name: "Carl",
        endsAt: undefined,
        historyFrom: NOON,
      });
      if (share.kind === "refused") throw new Error(share.reason);
      await harness.store.forViewer(CARL).acceptShare(share.code);
      harness.clock.now = later(NOON, 8 * 60);
      const checkNumber = await accepted();
      expect(checkNumber).toMatch(/^\d{6}$/);
      expect(await ada.transfer(TAG)).toMatchObject({ acceptedAt: harness.clock.now });
      expect(await bob.tag(TAG), "not before the owner confirms").toBe("not-found");
      expect(await bob.latest(TAG)).toBe("not-found");
      expect(await ada.confirmTransfer(TAG, checkNumber)).toBe("transferred");
      expect(await ada.tag(TAG)).toBe("not-found");
      expect(await bob.tag(TAG)).toMatchObject({ name: "Cat", lastHeardAt: undefined });
      expect(await bob.locations(TAG, ALWAYS)).toEqual({ items: [], next: undefined });
      expect(await harness.store.forViewer(CARL).latest(TAG)).toBe("not-found");
      expect((await harness.store.reports.wantedSettings(TAG))?.geofences).toEqual([]);
      await recorded(harness, TAG, fixes(4, 10, 4), receivedAt(harness.clock.now));
      expect(await storedNumbers(bob, TAG)).toEqual([8, 9, 10]);
      expect(await bob.transfer(TAG)).toBeUndefined();
    });

    test("nobody accepts a wrong code, an old one, a withdrawn one, a used one, or one's own", async () => {
      expect(await bob.acceptTransfer(createClaimCode())).toBe("wrong-code");
      const replaced = await offered();
      const old = await offered();
      expect(await bob.acceptTransfer(replaced)).toBe("wrong-code");
      expect(await ada.acceptTransfer(old)).toBe("wrong-code");
      harness.clock.now = later(NOON, OFFER_S);
      expect(await bob.acceptTransfer(old)).toBe("wrong-code");
      expect(await ada.transfer(TAG)).toBeUndefined();
      const cancelled = await offered();
      expect(await ada.cancelTransfer(TAG)).toBe("cancelled");
      expect(await ada.cancelTransfer(TAG)).toBe("not-found");
      expect(await bob.acceptTransfer(cancelled)).toBe("wrong-code");
      const used = await offered();
      expect(await bob.acceptTransfer(used)).toMatchObject({ tag: TAG });
      expect(await harness.store.forOwner(CARL).acceptTransfer(used)).toBe("wrong-code");
      expect(await harness.store.forOwner(CARL).claim(used, "x")).toBe("wrong-code");
    });

    test("the owner confirms only what was accepted, with its number, in time", async () => {
      expect(await ada.confirmTransfer(TAG, "000000")).toBe("not-found");
      await offered();
      expect(await ada.confirmTransfer(TAG, "000000")).toBe("not-accepted");
      const checkNumber = await accepted();
      const wrong = checkNumber === "000000" ? "000001" : "000000";
      for (const number of [wrong, "", `${checkNumber} `])
        expect(await ada.confirmTransfer(TAG, number)).toBe("wrong-check-number");
      for (const other of [bob, harness.store.forOwner(CARL)])
        expect(await other.confirmTransfer(TAG, checkNumber)).toBe("not-found");
      harness.clock.now = later(NOON, OFFER_S);
      expect(await ada.confirmTransfer(TAG, checkNumber)).toBe("not-found");
      expect(await ada.tag(TAG)).toMatchObject({ name: "Schnurrli" });
    });

    test("no tag goes to an account that was erased, and no revoked tag to anybody", async () => {
      const checkNumber = await accepted();
      await bob.eraseOwner();
      expect(await ada.confirmTransfer(TAG, checkNumber)).toBe("not-found");
      const again = await accepted();
      await harness.store.registry.revoke(TAG, NOON);
      expect(await ada.confirmTransfer(TAG, again)).toBe("not-found");
      expect(await bob.acceptTransfer(await offered())).toBe("wrong-code");
    });
  });
}
