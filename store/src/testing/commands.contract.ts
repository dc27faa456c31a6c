import { describe, expect, test } from "vitest";
import { ADA, later, NOON, reportOf, TAG } from "./contract-values.ts";
import { recorded, type StoreHarness } from "./store-harness.ts";
import { answer, commandDraft, useCommands } from "./use-commands.ts";

/** Commands from who gives them to the bridge, and the tag's answers back. */
export function describeCommandsContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: commands`, () => {
    const at = useCommands(make);

    test("wait for the tag, are sent and done", async () => {
      const command = await at.given("buzz");
      expect(command).toMatchObject({ kind: "buzz", seconds: 10, state: "pending", isOwners: true });
      expect(command.id).toBeGreaterThan(0);
      expect(await at.harness.second.commands.openCommands(TAG, NOON)).toEqual([
        { id: command.id, action: "buzz", seconds: 10, expiresAt: NOON + 3_600 },
      ]);
      expect(await at.harness.second.commands.markSent(TAG, command.id, later(NOON, 5))).toBe(true);
      expect(await at.view.command(TAG, command.id)).toMatchObject({ state: "sent", sentAt: NOON + 5 });
      expect(await at.open()).toEqual([`${command.id} buzz`]);
      await recorded(at.harness, TAG, reportOf(1, [answer(command.id, "done", NOON + 7)]));
      expect(await at.view.command(TAG, command.id)).toMatchObject({ state: "done", answeredAt: NOON + 7 });
      expect(await at.open()).toEqual([]);
      expect(await at.harness.store.commands.markSent(TAG, command.id, NOON)).toBe(false);
    });

    test("are sent again under the first time of sending", async () => {
      const { id } = await at.given("buzz");
      await at.harness.store.commands.markSent(TAG, id, later(NOON, 5));
      await at.harness.store.commands.markSent(TAG, id, later(NOON, 35));
      expect(await at.view.command(TAG, id)).toMatchObject({ sentAt: NOON + 5 });
    });

    test.each([
      [["done"], "done", undefined],
      [["done", "stopped"], "stopped", undefined],
      [["stopped", "done"], "stopped", undefined],
      [["done", "done"], "done", undefined],
      [["expired"], "expired", undefined],
      [["expired", "done"], "done", undefined],
      [["refused"], "refused", "refused-by-tag"],
    ] as const)("the answers %j mean %s", async (outcomes, state, reason) => {
      const { id } = await at.given("buzz");
      await at.harness.store.commands.markSent(TAG, id, NOON);
      for (const [index, outcome] of outcomes.entries())
        await recorded(at.harness, TAG, reportOf(index + 1, [answer(id, outcome, 0)]));
      const seen = { state, reason, answeredAt: undefined };
      expect(await at.view.command(TAG, id)).toMatchObject(seen);
    });

    test("at most one of a kind is open; what the tag did all the same is told", async () => {
      const [first, light, second] = [
        await at.given("buzz"),
        await at.given("light"),
        await at.given("buzz"),
      ];
      expect(await at.stateOf(first)).toBe("replaced");
      expect(await at.open()).toEqual([`${light.id} light`, `${second.id} buzz`]);
      await recorded(at.harness, TAG, reportOf(1, [answer(first.id, "expired")]));
      expect(await at.stateOf(first)).toBe("replaced");
      await recorded(at.harness, TAG, reportOf(2, [answer(first.id, "done")]));
      expect(await at.stateOf(first)).toBe("done");
    });

    test("stop takes the place of what lasts, sent or not, and of nothing else", async () => {
      const [live, locate] = [await at.given("live"), await at.given("locate")];
      await at.harness.store.commands.markSent(TAG, live.id, NOON);
      const stop = await at.given("stop");
      expect(await at.stateOf(live)).toBe("replaced");
      expect(await at.open()).toEqual([`${locate.id} locate`, `${stop.id} stop`]);
      await recorded(at.harness, TAG, reportOf(1, [answer(live.id, "done"), answer(live.id, "stopped")]));
      expect(await at.stateOf(live)).toBe("stopped");
    });

    test("expire when their time is over, whether they were sent or not, and say so before the bridge does", async () => {
      const [buzz, light] = [await at.given("buzz"), await at.given("light", { expiresAt: later(NOON, 99) })];
      await at.harness.store.commands.markSent(TAG, light.id, NOON);
      at.harness.clock.now = later(NOON, 99);
      expect(await at.stateOf(light)).toBe("sent");
      at.harness.clock.now = later(NOON, 100);
      expect(await at.stateOf(light)).toBe("expired");
      expect(await at.open(at.harness.clock.now)).toEqual([`${buzz.id} buzz`]);
      const { cursor } = await at.harness.store.commands.commandsChangedSince(undefined);
      await at.harness.store.commands.expireCommands(at.harness.clock.now);
      expect((await at.harness.store.commands.commandsChangedSince(cursor)).tags).toEqual([TAG]);
      await at.harness.store.commands.expireCommands(at.harness.clock.now);
      at.harness.clock.now = NOON;
      expect([await at.stateOf(light), await at.stateOf(buzz)]).toEqual(["expired", "pending"]);
      await recorded(at.harness, TAG, reportOf(1, [answer(light.id, "done", NOON + 50)]));
      expect(await at.stateOf(light)).toBe("done");
    });

    test("are none by a clock that may be wrong, and none expires by it", async () => {
      const { id } = await at.given("buzz");
      at.harness.clock.isPlausible = false;
      const wanted = { kind: "refused", reason: "clock-not-trusted" };
      expect(await at.view.giveCommand(TAG, commandDraft("light"))).toEqual(wanted);
      at.harness.clock.now = later(NOON, 9_999);
      expect(await at.view.command(TAG, id)).toMatchObject({ state: "pending" });
    });

    test("the bridge sees each change, in this process or another, and nothing else", async () => {
      const { commands } = at.harness.store;
      const { cursor } = await commands.commandsChangedSince(undefined);
      expect(await commands.commandsChangedSince(cursor)).toEqual({ tags: [], cursor });
      const outcome = await at.harness.second.forOwner(ADA).giveCommand(TAG, commandDraft("buzz"));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      const after = await commands.commandsChangedSince(cursor);
      expect(after.tags).toEqual([TAG]);
      await recorded(at.harness, TAG, reportOf(1, [answer(outcome.command.id, "done")]));
      const answered = await commands.commandsChangedSince(after.cursor);
      expect(answered.tags).toEqual([TAG]);
      await recorded(at.harness, TAG, reportOf(2, [answer(outcome.command.id, "done"), answer(4, "done")]));
      expect((await commands.commandsChangedSince(answered.cursor)).tags).toEqual([]);
    });
  });
}
