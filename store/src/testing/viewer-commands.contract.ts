import { describe, expect, test } from "vitest";
import type { ViewerView } from "../reading/viewer-view.ts";
import type { ShareDraft } from "../sharing/share.ts";
import { BOB, later, NOON, TAG } from "./contract-values.ts";
import type { StoreHarness } from "./store-harness.ts";
import { commandDraft, useCommands } from "./use-commands.ts";

/** Commands of viewers. */
export function describeViewerCommandsContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: commands by a viewer`, () => {
    const at = useCommands(make);
    const rights = { alerts: false, commands: true };
    const share = async (more: Partial<ShareDraft> = {}): Promise<ViewerView> => {
      const draft = {
        kind: "live",
        name: "Bob",
        endsAt: undefined,
        historyFrom: undefined,
        rights,
      } as const;
      const outcome = await at.view.inviteViewer(TAG, { ...draft, ...more });
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      await at.harness.store.forViewer(BOB).acceptShare(outcome.code);
      return at.harness.store.forViewer(BOB);
    };
    const NOT_FOUND = { kind: "refused", reason: "not-found" };

    test("whom the owner lets: they see their own, the owner sees all", async () => {
      const bob = await share();
      const own = await at.given("live");
      const outcome = await bob.giveCommand(TAG, commandDraft("buzz"));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      expect(await bob.commands(TAG)).toMatchObject([{ id: outcome.command.id, isOwners: false }]);
      expect(await bob.command(TAG, own.id)).toBe("not-found");
      expect(await at.view.commands(TAG)).toHaveLength(2);
      expect(await at.open()).toHaveLength(2);
    });

    test("their key is not the owner's", async () => {
      const bob = await share();
      const { id } = await at.given("light", { idempotencyKey: "k" });
      const outcome = await bob.giveCommand(TAG, commandDraft("light", { idempotencyKey: "k" }));
      expect(outcome).toMatchObject({ kind: "given", isNew: true });
      expect(outcome).not.toMatchObject({ command: { id } });
    });

    test("whom the owner does not let is answered as for no tag", async () => {
      const bob = await share({ rights: { alerts: true, commands: false } });
      expect(await bob.giveCommand(TAG, commandDraft("buzz"))).toEqual(NOT_FOUND);
      expect(await bob.commands(TAG)).toBe("not-found");
    });

    test("a right that ends takes what waits with it", async () => {
      const bob = await share({ endsAt: later(NOON, 600) });
      await bob.giveCommand(TAG, commandDraft("buzz"));
      expect(await at.open()).toHaveLength(1);
      expect(await at.open(later(NOON, 600))).toEqual([]);
      const shares = await at.view.shares(TAG);
      if (shares === "not-found") throw new Error(shares);
      await at.view.removeShare(TAG, shares[0]!.id);
      expect(await at.open()).toEqual([]);
      expect(await bob.giveCommand(TAG, commandDraft("buzz"))).toEqual(NOT_FOUND);
      expect(await bob.commands(TAG)).toBe("not-found");
    });

    test("goes with the viewer's account", async () => {
      const bob = await share();
      await bob.giveCommand(TAG, commandDraft("buzz"));
      await at.harness.store.forOwner(BOB).eraseOwner();
      expect(await at.view.commands(TAG)).toEqual([]);
    });
  });
}
