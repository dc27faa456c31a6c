import { describe, expect, test } from "vitest";
import { KEY_S } from "../commands/command.ts";
import { BOB, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import { deleteBefore } from "./delete-before.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";
import { answer, commandDraft, useCommands } from "./use-commands.ts";

/** What is told who gives commands, and what is refused. */
export function describeGivenCommandsContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: given commands`, () => {
    const at = useCommands(make);

    test("the same key gives the same command for a day, and never another one", async () => {
      const keyed = { idempotencyKey: "k-1" };
      const { id } = await at.given("buzz", keyed);
      expect(await at.view.giveCommand(TAG, commandDraft("buzz", keyed))).toMatchObject({
        kind: "given",
        isNew: false,
        command: { id },
      });
      const reused = { kind: "refused", reason: "key-reused" };
      expect(await at.view.giveCommand(TAG, commandDraft("buzz", { ...keyed, seconds: 11 }))).toEqual(reused);
      expect(await at.view.giveCommand(TAG, commandDraft("light", keyed))).toEqual(reused);
      expect(await at.view.commands(TAG)).toHaveLength(1);
      at.harness.clock.now = later(NOON, KEY_S);
      const next = await at.given("buzz", { ...keyed, expiresAt: later(NOON, KEY_S + 60) });
      expect(next.id).not.toBe(id);
    });

    test("say when the tag is expected: after its interval, and after another one when it is late", async () => {
      const nextOf = async (): Promise<unknown> => {
        const outcome = await at.view.giveCommand(TAG, commandDraft("buzz"));
        return outcome.kind === "given" ? outcome.nextContactAt : outcome;
      };
      expect(await nextOf()).toBeUndefined();
      await recorded(at.harness, TAG, reportOf(1, [fix(1, NOON)]), receivedAt(NOON));
      const first = Number(await nextOf());
      expect(first).toBeGreaterThan(NOON);
      const interval = first - NOON;
      await at.online({}, later(NOON, 10));
      expect(await nextOf()).toBe(NOON + 10 + interval);
      at.harness.clock.now = later(NOON, 10 + interval + 1);
      expect(await nextOf()).toBe(at.harness.clock.now + interval);
    });

    test("firmware that is too old is refused what it cannot do, at once when that is known", async () => {
      const { id } = await at.given("locate");
      await at.harness.store.commands.markTooOld(TAG, id);
      expect(await at.view.command(TAG, id)).toMatchObject({ state: "refused", reason: "too-old" });
      await at.online();
      const tooOld = { kind: "refused", reason: "too-old" };
      expect(await at.view.giveCommand(TAG, commandDraft("locate"))).toEqual(tooOld);
      expect(await at.view.giveCommand(TAG, commandDraft("stop"))).toEqual(tooOld);
      await at.given("buzz");
      await at.online({ wireVersion: 2 });
      await at.given("locate");
    });

    test("a revoked tag gets none", async () => {
      await at.given("buzz");
      await at.harness.store.registry.revoke(TAG, NOON);
      const revoked = { kind: "refused", reason: "revoked" };
      expect(await at.view.giveCommand(TAG, commandDraft("buzz"))).toEqual(revoked);
      expect(await at.open()).toEqual([]);
    });

    test("of one owner's time are not the next owner's", async () => {
      const { id } = await at.given("buzz");
      await at.view.eraseTag(TAG);
      const bob = await claimed(at.harness, BOB, TAG);
      expect(await at.open()).toEqual([]);
      expect(await bob.commands(TAG)).toEqual([]);
      expect(await bob.command(TAG, id)).toBe("not-found");
      expect(await at.view.commands(TAG)).toBe("not-found");
      await recorded(at.harness, TAG, reportOf(1, [answer(id, "done")]));
      expect(await bob.command(TAG, id)).toBe("not-found");
    });

    test("the newest hundred are listed, newest first; old ones go with retention", async () => {
      for (let second = 0; second < 101; second++) {
        at.harness.clock.now = later(NOON, second);
        await at.given("buzz", { seconds: second + 1 });
      }
      const listed = await at.view.commands(TAG);
      if (listed === "not-found") throw new Error(listed);
      expect(listed.map(({ seconds }) => seconds)).toEqual(Array.from({ length: 100 }, (_, i) => 101 - i));
      await deleteBefore(at.harness.store, later(NOON, 2 * 86_400));
      expect(await at.view.commands(TAG)).toEqual([]);
    });
  });
}
