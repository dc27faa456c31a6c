import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { Status } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KEY_S, type CommandDraft, type CommandKind, type TagCommand } from "../commands/command.ts";
import type { ShareDraft } from "../sharing/share.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, BOB, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import { deleteBefore } from "./delete-before.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const SECONDS: Readonly<Record<CommandKind, number>> = { live: 600, buzz: 10, light: 30, locate: 0, stop: 0 };

export function commandDraft(kind: CommandKind, more: Partial<CommandDraft> = {}): CommandDraft {
  const seconds = SECONDS[kind];
  return { kind, seconds, expiresAt: later(NOON, 3_600), idempotencyKey: undefined, ...more };
}

/** Commands from who gives them to the bridge, and the tag's answers back. */
export function describeCommandsContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: commands`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    async function given(kind: CommandKind, more: Partial<CommandDraft> = {}): Promise<TagCommand> {
      const outcome = await view.giveCommand(TAG, commandDraft(kind, more));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      return outcome.command;
    }
    const stateOf = async ({ id }: TagCommand): Promise<unknown> => {
      const command = await view.command(TAG, id);
      return command === "not-found" ? command : command.state;
    };
    const open = async (now: UnixSeconds = NOON) =>
      (await harness.store.commands.openCommands(TAG, now)).map(({ id, action }) => `${id} ${action}`);
    const answer = (command: number, outcome: AnswerOutcome, at: number = NOON) =>
      ({ kind: "answer", command, outcome, at: at as UnixSeconds }) as const;
    const online = (more: Partial<Status> = {}, at: UnixSeconds = NOON) =>
      harness.store.reports.recordStatus(
        TAG,
        { online: true, settingsVersion: 1, firmware: "1", ...more },
        at,
      );

    test("wait for the tag, are sent and done", async () => {
      const command = await given("buzz");
      expect(command).toMatchObject({ kind: "buzz", seconds: 10, state: "pending", isOwners: true });
      expect(command.id).toBeGreaterThan(0);
      expect(await harness.second.commands.openCommands(TAG, NOON)).toEqual([
        { id: command.id, action: "buzz", seconds: 10, expiresAt: NOON + 3_600 },
      ]);
      expect(await harness.second.commands.markSent(TAG, command.id, later(NOON, 5))).toBe(true);
      expect(await view.command(TAG, command.id)).toMatchObject({ state: "sent", sentAt: NOON + 5 });
      expect(await open()).toEqual([`${command.id} buzz`]);
      await recorded(harness, TAG, reportOf(1, [answer(command.id, "done", NOON + 7)]));
      expect(await view.command(TAG, command.id)).toMatchObject({ state: "done", answeredAt: NOON + 7 });
      expect(await open()).toEqual([]);
      expect(await harness.store.commands.markSent(TAG, command.id, NOON)).toBe(false);
    });

    test("are sent again under the first time of sending", async () => {
      const { id } = await given("buzz");
      await harness.store.commands.markSent(TAG, id, later(NOON, 5));
      await harness.store.commands.markSent(TAG, id, later(NOON, 35));
      expect(await view.command(TAG, id)).toMatchObject({ sentAt: NOON + 5 });
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
      const { id } = await given("buzz");
      await harness.store.commands.markSent(TAG, id, NOON);
      for (const [index, outcome] of outcomes.entries())
        await recorded(harness, TAG, reportOf(index + 1, [answer(id, outcome, 0)]));
      const seen = { state, reason, answeredAt: undefined };
      expect(await view.command(TAG, id)).toMatchObject(seen);
    });

    test("at most one of a kind is open; what the tag did all the same is told", async () => {
      const [first, light, second] = [await given("buzz"), await given("light"), await given("buzz")];
      expect(await stateOf(first)).toBe("replaced");
      expect(await open()).toEqual([`${light.id} light`, `${second.id} buzz`]);
      await recorded(harness, TAG, reportOf(1, [answer(first.id, "expired")]));
      expect(await stateOf(first)).toBe("replaced");
      await recorded(harness, TAG, reportOf(2, [answer(first.id, "done")]));
      expect(await stateOf(first)).toBe("done");
    });

    test("stop takes the place of what lasts, sent or not, and of nothing else", async () => {
      const [live, locate] = [await given("live"), await given("locate")];
      await harness.store.commands.markSent(TAG, live.id, NOON);
      const stop = await given("stop");
      expect(await stateOf(live)).toBe("replaced");
      expect(await open()).toEqual([`${locate.id} locate`, `${stop.id} stop`]);
      await recorded(harness, TAG, reportOf(1, [answer(live.id, "done"), answer(live.id, "stopped")]));
      expect(await stateOf(live)).toBe("stopped");
    });

    test("expire when their time is over, whether they were sent or not, and say so before the bridge does", async () => {
      const [buzz, light] = [await given("buzz"), await given("light", { expiresAt: later(NOON, 99) })];
      await harness.store.commands.markSent(TAG, light.id, NOON);
      harness.clock.now = later(NOON, 99);
      expect(await stateOf(light)).toBe("sent");
      harness.clock.now = later(NOON, 100);
      expect(await stateOf(light)).toBe("expired");
      expect(await open(harness.clock.now)).toEqual([`${buzz.id} buzz`]);
      const { cursor } = await harness.store.commands.commandsChangedSince(undefined);
      await harness.store.commands.expireCommands(harness.clock.now);
      expect((await harness.store.commands.commandsChangedSince(cursor)).tags).toEqual([TAG]);
      await harness.store.commands.expireCommands(harness.clock.now);
      harness.clock.now = NOON;
      expect([await stateOf(light), await stateOf(buzz)]).toEqual(["expired", "pending"]);
      await recorded(harness, TAG, reportOf(1, [answer(light.id, "done", NOON + 50)]));
      expect(await stateOf(light)).toBe("done");
    });

    test("are none by a clock that may be wrong, and none expires by it", async () => {
      const { id } = await given("buzz");
      harness.clock.isPlausible = false;
      const wanted = { kind: "refused", reason: "clock-not-trusted" };
      expect(await view.giveCommand(TAG, commandDraft("light"))).toEqual(wanted);
      harness.clock.now = later(NOON, 9_999);
      expect(await view.command(TAG, id)).toMatchObject({ state: "pending" });
    });

    test("the bridge sees each change, in this process or another, and nothing else", async () => {
      const { commands } = harness.store;
      const { cursor } = await commands.commandsChangedSince(undefined);
      expect(await commands.commandsChangedSince(cursor)).toEqual({ tags: [], cursor });
      const outcome = await harness.second.forOwner(ADA).giveCommand(TAG, commandDraft("buzz"));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      const after = await commands.commandsChangedSince(cursor);
      expect(after.tags).toEqual([TAG]);
      await recorded(harness, TAG, reportOf(1, [answer(outcome.command.id, "done")]));
      const answered = await commands.commandsChangedSince(after.cursor);
      expect(answered.tags).toEqual([TAG]);
      await recorded(harness, TAG, reportOf(2, [answer(outcome.command.id, "done"), answer(4, "done")]));
      expect((await commands.commandsChangedSince(answered.cursor)).tags).toEqual([]);
    });

    test("the same key gives the same command for a day, and never another one", async () => {
      const keyed = { idempotencyKey: "k-1" };
      const { id } = await given("buzz", keyed);
      expect(await view.giveCommand(TAG, commandDraft("buzz", keyed))).toMatchObject({
        kind: "given",
        isNew: false,
        command: { id },
      });
      const reused = { kind: "refused", reason: "key-reused" };
      expect(await view.giveCommand(TAG, commandDraft("buzz", { ...keyed, seconds: 11 }))).toEqual(reused);
      expect(await view.giveCommand(TAG, commandDraft("light", keyed))).toEqual(reused);
      expect(await view.commands(TAG)).toHaveLength(1);
      harness.clock.now = later(NOON, KEY_S);
      const next = await given("buzz", { ...keyed, expiresAt: later(NOON, KEY_S + 60) });
      expect(next.id).not.toBe(id);
    });

    test("say when the tag is expected: after its interval, and after another one when it is late", async () => {
      const nextOf = async (): Promise<unknown> => {
        const outcome = await view.giveCommand(TAG, commandDraft("buzz"));
        return outcome.kind === "given" ? outcome.nextContactAt : outcome;
      };
      expect(await nextOf()).toBeUndefined();
      await recorded(harness, TAG, reportOf(1, [fix(1, NOON)]), receivedAt(NOON));
      const first = Number(await nextOf());
      expect(first).toBeGreaterThan(NOON);
      const interval = first - NOON;
      await online({}, later(NOON, 10));
      expect(await nextOf()).toBe(NOON + 10 + interval);
      harness.clock.now = later(NOON, 10 + interval + 1);
      expect(await nextOf()).toBe(harness.clock.now + interval);
    });

    test("firmware that is too old is refused what it cannot do, at once when that is known", async () => {
      const { id } = await given("locate");
      await harness.store.commands.markTooOld(TAG, id);
      expect(await view.command(TAG, id)).toMatchObject({ state: "refused", reason: "too-old" });
      await online();
      const tooOld = { kind: "refused", reason: "too-old" };
      expect(await view.giveCommand(TAG, commandDraft("locate"))).toEqual(tooOld);
      expect(await view.giveCommand(TAG, commandDraft("stop"))).toEqual(tooOld);
      await given("buzz");
      await online({ wireVersion: 2 });
      await given("locate");
    });

    test("a revoked tag gets none", async () => {
      await given("buzz");
      await harness.store.registry.revoke(TAG, NOON);
      const revoked = { kind: "refused", reason: "revoked" };
      expect(await view.giveCommand(TAG, commandDraft("buzz"))).toEqual(revoked);
      expect(await open()).toEqual([]);
    });

    describe("by a viewer", () => {
      const rights = { alerts: false, commands: true };
      const share = async (more: Partial<ShareDraft> = {}): Promise<ViewerView> => {
        const draft = {
          kind: "live",
          name: "Bob",
          endsAt: undefined,
          historyFrom: undefined,
          rights,
        } as const;
        const outcome = await view.inviteViewer(TAG, { ...draft, ...more });
        if (outcome.kind === "refused") throw new Error(outcome.reason);
        await harness.store.forViewer(BOB).acceptShare(outcome.code);
        return harness.store.forViewer(BOB);
      };
      const NOT_FOUND = { kind: "refused", reason: "not-found" };

      test("whom the owner lets: they see their own, the owner sees all", async () => {
        const bob = await share();
        const own = await given("live");
        const outcome = await bob.giveCommand(TAG, commandDraft("buzz"));
        if (outcome.kind === "refused") throw new Error(outcome.reason);
        expect(await bob.commands(TAG)).toMatchObject([{ id: outcome.command.id, isOwners: false }]);
        expect(await bob.command(TAG, own.id)).toBe("not-found");
        expect(await view.commands(TAG)).toHaveLength(2);
        expect(await open()).toHaveLength(2);
      });

      test("their key is not the owner's", async () => {
        const bob = await share();
        const { id } = await given("light", { idempotencyKey: "k" });
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
        expect(await open()).toHaveLength(1);
        expect(await open(later(NOON, 600))).toEqual([]);
        const shares = await view.shares(TAG);
        if (shares === "not-found") throw new Error(shares);
        await view.removeShare(TAG, shares[0]!.id);
        expect(await open()).toEqual([]);
        expect(await bob.giveCommand(TAG, commandDraft("buzz"))).toEqual(NOT_FOUND);
        expect(await bob.commands(TAG)).toBe("not-found");
      });

      test("goes with the viewer's account", async () => {
        const bob = await share();
        await bob.giveCommand(TAG, commandDraft("buzz"));
        await harness.store.forOwner(BOB).eraseOwner();
        expect(await view.commands(TAG)).toEqual([]);
      });
    });

    test("of one owner's time are not the next owner's", async () => {
      const { id } = await given("buzz");
      await view.eraseTag(TAG);
      const bob = await claimed(harness, BOB, TAG);
      expect(await open()).toEqual([]);
      expect(await bob.commands(TAG)).toEqual([]);
      expect(await bob.command(TAG, id)).toBe("not-found");
      expect(await view.commands(TAG)).toBe("not-found");
      await recorded(harness, TAG, reportOf(1, [answer(id, "done")]));
      expect(await bob.command(TAG, id)).toBe("not-found");
    });

    test("the newest hundred are listed, newest first; old ones go with retention", async () => {
      for (let second = 0; second < 101; second++) {
        harness.clock.now = later(NOON, second);
        await given("buzz", { seconds: second + 1 });
      }
      const listed = await view.commands(TAG);
      if (listed === "not-found") throw new Error(listed);
      expect(listed.map(({ seconds }) => seconds)).toEqual(Array.from({ length: 100 }, (_, i) => 101 - i));
      await deleteBefore(harness.store, later(NOON, 2 * 86_400));
      expect(await view.commands(TAG)).toEqual([]);
    });
  });
}
