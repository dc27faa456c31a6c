import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LatE7, LonE7, TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "../tags/claim-code.ts";
import { deleteBefore } from "./delete-before.ts";
import { ADA, BOB, later, NOON, OTHER_TAG, TAG } from "./contract-values.ts";
import { MAX_ADDRESS_REPORTS, MAX_FINDER_REPORTS, type FinderDraft } from "../tags/finder-reports.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

const PLACE = { latE7: 515_000_000 as LatE7, lonE7: -1_000_000 as LonE7 };
const FINDER = "192.0.2.1";
const DRAFT: FinderDraft = { message: "On our porch 🐈", contact: "+49 30 1234", place: PLACE };

/** What a finder may do with the code on a tag, and what its owner gets of it. */
export function describeFoundContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: found tags`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let code: string;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG);
      code = await harness.store.registry.printedCode(TAG);
    });
    afterEach(() => harness.close());

    test("a tag has one printed code for ever, which is no claim code", async () => {
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(await harness.second.registry.printedCode(TAG)).toBe(code);
      expect(await harness.store.registry.printedCode("nobody" as TagId)).toBe("not-found");
      const { finderReports, registry } = harness.store;
      const claimCode = createClaimCode();
      await registry.register(OTHER_TAG, claimCode, NOON);
      expect(await finderReports.isTag(claimCode)).toBe(false);
      expect(await finderReports.isTag(TAG)).toBe(false);
      expect(await harness.store.forOwner(BOB).claim(code, "x")).toBe("wrong-code");
      for (const typed of [code, code.toLowerCase(), ` ${code.replace("-", " ")} `])
        expect(await harness.second.finderReports.isTag(typed), typed).toBe(true);
    });

    test("a finder's report reaches the present owner alone", async () => {
      expect(await harness.second.finderReports.report(code, DRAFT, FINDER)).toBe("taken");
      expect(await harness.second.finderReports.report("00000-00000", DRAFT, FINDER)).toBe("unknown-code");
      expect(await ada.finderReports(TAG)).toEqual([{ ...DRAFT, id: 1, at: NOON }]);
      const bob = await claimed(harness, BOB, TAG);
      expect(await ada.finderReports(TAG)).toBe("not-found");
      expect(await bob.finderReports(TAG)).toEqual([]);
    });

    test("nothing is kept for a tag without owner, and the finder cannot tell", async () => {
      await ada.eraseTag(TAG);
      expect(await harness.store.finderReports.isTag(code)).toBe(true);
      expect(await harness.store.finderReports.report(code, DRAFT, FINDER)).toBe("taken");
      expect(await (await claimed(harness, ADA, TAG)).finderReports(TAG)).toEqual([]);
    });

    test("of one address only the first are kept", async () => {
      for (let i = 0; i < MAX_ADDRESS_REPORTS + 2; i++) expect(await write(`${i}`, FINDER)).toBe("taken");
      await write("other", "192.0.2.2");
      expect(await messages()).toEqual(["0", "1", "2", "other"]);
      const bob = await claimed(harness, BOB, TAG);
      await write("to Bob", FINDER);
      expect(await bob.finderReports(TAG)).toMatchObject([{ message: "to Bob" }]);
    });

    test("many who write for no reason keep no true finder out, and push none out", async () => {
      await write("early", FINDER);
      for (let i = 0; i < MAX_FINDER_REPORTS; i++) await write(`spam ${i}`, spammer(i % 40));
      await write("late", "198.51.100.1");
      const kept = await messages();
      expect(kept).toHaveLength(MAX_FINDER_REPORTS);
      expect(kept).toEqual(expect.arrayContaining(["early", "late"]));
      for (let i = 0; i < 40; i++) expect(kept).toContain(`spam ${i}`);
    });

    test("with more addresses than places the earliest stay and the latest come in, and none longer than locations", async () => {
      for (let i = 0; i < MAX_FINDER_REPORTS + 30; i++) await write(`${i}`, spammer(i));
      await write("late", FINDER);
      await write("late again", FINDER);
      const half = MAX_FINDER_REPORTS / 2;
      const early = Array.from({ length: half }, (_, i) => `${i}`);
      const newest = Array.from({ length: half - 1 }, (_, i) => `${half + 31 + i}`);
      expect(await messages()).toEqual([...early, ...newest, "late"]);
      await deleteBefore(harness.store, later(NOON, 86_400));
      expect(await ada.finderReports(TAG)).toEqual([]);
    });

    const spammer = (i: number): string => `203.0.113.${i}`;
    const write = (message: string, address: string) =>
      harness.store.finderReports.report(code, { message, contact: undefined, place: undefined }, address);
    const messages = async (): Promise<unknown> => {
      const reports = await ada.finderReports(TAG);
      return reports === "not-found" ? reports : reports.map(({ message }) => message);
    };
  });
}
