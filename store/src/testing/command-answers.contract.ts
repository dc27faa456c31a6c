import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OwnerView } from "../reading/owner-view.ts";
import { deleteBefore } from "./delete-before.ts";
import { ADA, BOB, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

/** What a tag says that it did with commands. */
export function describeCommandAnswerContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: answers to commands`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    const answer = (command: number, outcome: AnswerOutcome, at: number = NOON) =>
      ({ kind: "answer", command, outcome, at: at as UnixSeconds }) as const;

    test("are kept once, in order, and said of the report that brought them", async () => {
      const report = reportOf(1, [answer(5, "done"), fix(2), answer(4, "refused", 0)]);
      expect((await recorded(harness, TAG, report)).answered).toEqual(["done", "refused"]);
      expect((await recorded(harness, TAG, report)).answered).toBeUndefined();
      await recorded(harness, TAG, reportOf(4, [answer(5, "stopped")]), receivedAt(later(NOON, 9)));
      const kept = [
        { command: 5, outcome: "done", at: NOON, recordedAt: NOON },
        { command: 4, outcome: "refused", at: 0, recordedAt: NOON },
        { command: 5, outcome: "stopped", at: NOON, recordedAt: NOON + 9 },
      ];
      expect(await view.commandAnswers(TAG)).toEqual(kept);
      expect(await harness.second.forOwner(ADA).commandAnswers(TAG)).toEqual(kept);
    });

    test("are kept as long as events, from the day of arrival when the tag did not know the time", async () => {
      const late = later(NOON, 3 * 86_400);
      await recorded(harness, TAG, reportOf(1, [answer(1, "done"), answer(2, "done", 0)]), {
        at: late,
        suspect: [undefined, "too-old"],
      });
      await deleteBefore(harness.store, later(NOON, 2 * 86_400));
      expect(await view.commandAnswers(TAG)).toMatchObject([{ command: 2 }]);
    });

    test("of one owner's time are not the next owner's", async () => {
      await recorded(harness, TAG, reportOf(1, [answer(1, "done")]));
      await view.eraseTag(TAG);
      const bob = await claimed(harness, BOB, TAG);
      expect(await bob.commandAnswers(TAG)).toEqual([]);
      expect(await view.commandAnswers(TAG)).toBe("not-found");
    });
  });
}
