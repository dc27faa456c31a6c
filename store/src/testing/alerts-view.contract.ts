import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_PREFERENCES, type AlertId } from "../alerts/alert.ts";
import { MAX_ALERT_CHANNELS, MAX_PROOF_TRIES, PROOF_S, ROTATION_S } from "../alerts/alert-channel.ts";
import {
  ACCOUNT_MAIL,
  BUILT_IN_RULES,
  MAX_ALERT_RULES,
  type AlertRuleDraft,
  type AlertRuleId,
} from "../alerts/alert-rule.ts";
import type { AlertWork } from "../alerts/alert-work.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import {
  alertDraft,
  concludeAll,
  conclusion,
  letBeAlerted,
  NOON_MS,
  oneTask,
  provedChannel,
  takeDeliveries,
  WEBHOOK,
  WORK_MAIL,
} from "./alert-values.ts";
import { ADA, BOB, later, NOON, reportOf, TAG, transition } from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const RULE: AlertRuleDraft = {
  ...{
    kind: "outside-longer",
    isEnabled: true,
    longerThanS: 600,
    tellsViewers: false,
    channels: [ACCOUNT_MAIL],
  },
  quiet: [{ weekdays: [1, 7], from: 1_320, to: 360 }],
};
const LEFT = "left" as AlertRuleId;
const DELIVERED = { kind: "delivered", atMs: NOON_MS, tls: undefined } as const;

/** What accounts say of alerts, and read of them, whatever engine keeps the rows. */
export function describeAlertsViewContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: rules and channels of alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = harness.store.forOwner(ADA);
      work = harness.second.alertWork;
    });
    afterEach(() => harness.close());

    const codes = async (): Promise<(string | undefined)[]> => {
      const proofs = await takeDeliveries(work);
      for (const one of proofs) await work.finish(one, DELIVERED, NOON_MS);
      return proofs.map(({ proofCode }) => proofCode);
    };

    test("the built-in rules hold until they are changed, and a removed one is off", async () => {
      expect(await ada.alertRules()).toEqual(BUILT_IN_RULES);
      const change = { kind: "silent", isEnabled: true, dwellS: 60, tellsViewers: true } as const;
      const changed = { ...change, kind: "left", id: LEFT, isBuiltIn: true, changedAt: NOON } as const;
      expect(await ada.changeAlertRule(LEFT, change)).toEqual({ kind: "kept", rule: changed });
      expect((await harness.second.forOwner(ADA).alertRules())[0]).toEqual(changed);
      expect(await ada.removeAlertRule(LEFT)).toBe("removed");
      expect((await ada.alertRules())[0]).toEqual({ ...changed, isEnabled: false });
      expect(await harness.store.forOwner(BOB).alertRules()).toEqual(BUILT_IN_RULES);
    });

    test("a rule of one's own is added, changed and removed", async () => {
      const added = await ada.addAlertRule(RULE);
      if (added.kind === "refused") throw new Error(added.reason);
      expect(added.rule).toEqual({ ...RULE, id: added.rule.id, isBuiltIn: false, changedAt: NOON });
      expect(await ada.alertRules()).toEqual([...BUILT_IN_RULES, added.rule]);
      harness.clock.now = later(NOON, 5);
      const { longerThanS: _, ...shorter } = RULE;
      const changed = await ada.changeAlertRule(added.rule.id, shorter);
      expect(changed).toEqual({
        kind: "kept",
        rule: { ...added.rule, longerThanS: undefined, changedAt: NOON + 5 },
      });
      expect(await ada.removeAlertRule(added.rule.id)).toBe("removed");
      expect(await ada.alertRules()).toEqual(BUILT_IN_RULES);
      expect(await ada.removeAlertRule(added.rule.id)).toBe("not-found");
    });

    test("so many rules and channels, and no more", async () => {
      for (let i = 0; i < MAX_ALERT_RULES; i++)
        expect(await ada.addAlertRule(RULE)).toMatchObject({ kind: "kept" });
      expect(await ada.addAlertRule(RULE)).toEqual({ kind: "refused", reason: "too-many-rules" });
      expect(await ada.changeAlertRule(LEFT, RULE)).toMatchObject({ kind: "kept" });
      for (let i = 0; i < MAX_ALERT_CHANNELS; i++)
        expect(await ada.addAlertChannel(WORK_MAIL)).toMatchObject({ kind: "made" });
      const refused = { kind: "refused", reason: "too-many-channels" };
      expect(await ada.addAlertChannel(WORK_MAIL)).toEqual(refused);
    });

    test("a channel is used when the code that was sent to it came back", async () => {
      const made = await ada.addAlertChannel(WORK_MAIL);
      if (made.kind === "refused") throw new Error(made.reason);
      const { id } = made.channel;
      expect(made.channel).toMatchObject({ ...WORK_MAIL, kind: "email", state: "unproved", createdAt: NOON });
      expect(await ada.testAlertChannel(id)).toBe("not-proved");
      const [code = ""] = await codes();
      expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
      expect(await ada.proveAlertChannel(id, "AAAAAAAA")).toBe("wrong-code");
      const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
      expect(await ada.proveAlertChannel(id, typed)).toMatchObject({ id, state: "active" });
      expect(await ada.proveAlertChannel(id, code)).toBe("wrong-code");
      expect(await ada.sendProofAgain(id)).toBe("proved-already");
      expect(await ada.alertChannels()).toMatchObject([{ id, state: "active" }]);
      expect(await harness.store.forOwner(BOB).alertChannels()).toEqual([]);
    });

    test("a code is void after some tries, after a day, and when another was sent", async () => {
      const made = await ada.addAlertChannel(WORK_MAIL);
      if (made.kind === "refused") throw new Error(made.reason);
      const { id } = made.channel;
      const [first = ""] = await codes();
      for (let i = 0; i < MAX_PROOF_TRIES; i++) await ada.proveAlertChannel(id, "AAAAAAAA");
      expect(await ada.proveAlertChannel(id, first), "tried too often").toBe("wrong-code");
      expect(await ada.sendProofAgain(id)).toBe("sent");
      const [second = ""] = await codes();
      expect(await ada.proveAlertChannel(id, first), "another was sent").toBe("wrong-code");
      harness.clock.now = later(NOON, PROOF_S);
      expect(await ada.proveAlertChannel(id, second), "too old").toBe("wrong-code");
      harness.clock.now = NOON;
      expect(await ada.proveAlertChannel(id, second)).toMatchObject({ state: "active" });
    });

    test("a code that nobody fetched is not sent after its day", async () => {
      await ada.addAlertChannel(WORK_MAIL);
      expect(await takeDeliveries(work, NOON_MS + PROOF_S * 1_000)).toEqual([]);
      expect(await work.waiting()).toMatchObject({ deliveries: 0 });
    });

    test("a webhook has a secret and a key of its own, and after a rotation the former for a day", async () => {
      const { id, endpoint } = await provedChannel(harness.store, ada, WEBHOOK);
      if (endpoint?.kind !== "webhook") throw new Error("no webhook");
      expect([endpoint.secrets, endpoint.keys]).toMatchObject(
        [[/^whsec_/], [/^whsk_/]].map(([form]) => [expect.stringMatching(form ?? "")]),
      );
      const rotated = await ada.rotateWebhook(id);
      if (rotated === "not-found" || rotated.endpoint?.kind !== "webhook") throw new Error("no webhook");
      expect(rotated.endpoint.secrets).toEqual([expect.stringMatching(/^whsec_/), endpoint.secrets[0]]);
      expect(rotated.endpoint).toMatchObject({ formerUntil: NOON + ROTATION_S });
      harness.clock.now = later(NOON, ROTATION_S);
      const [after] = await ada.alertChannels();
      expect(after).toMatchObject({ state: "active", endpoint: { secrets: [rotated.endpoint.secrets[0]] } });
      const mail = await provedChannel(harness.store, ada, WORK_MAIL, harness.clock.now * 1_000);
      expect(await ada.rotateWebhook(mail.id)).toBe("not-found");
    });

    test("a push subscription that comes again is the same channel, and another key of it is proved anew", async () => {
      const endpoint = {
        kind: "push",
        url: "https://push.example.org/1",
        p256dh: "AAAA",
        auth: "BBBB",
      } as const;
      const first = await provedChannel(harness.store, ada, { name: "phone", endpoint });
      expect(await ada.addAlertChannel({ name: "phone", endpoint })).toEqual({
        kind: "made",
        channel: first,
      });
      const again = await ada.addAlertChannel({ name: "phone", endpoint: { ...endpoint, auth: "CCCC" } });
      expect(again).toMatchObject({
        channel: { id: first.id, state: "unproved", endpoint: { auth: "CCCC" } },
      });
      expect(await ada.alertChannels()).toHaveLength(1);
      const bobs = await harness.store.forOwner(BOB).addAlertChannel({ name: "phone", endpoint });
      expect(bobs).toMatchObject({ kind: "made", channel: { state: "unproved" } });
    });

    test("a test alert goes over one channel, and says how it went", async () => {
      const { id } = await provedChannel(harness.store, ada, WEBHOOK);
      const sent = await ada.testAlertChannel(id);
      if (typeof sent === "string") throw new Error(sent);
      expect(sent).toMatchObject({
        kind: "test",
        tag: undefined,
        deliveries: [{ channel: id, state: "waiting" }],
      });
      const [delivery] = await takeDeliveries(work);
      expect(delivery).toMatchObject({
        endpoint: { kind: "webhook" },
        proofCode: undefined,
        alert: { kind: "test" },
      });
      if (delivery !== undefined) await work.finish(delivery, DELIVERED, NOON_MS);
      expect(await ada.alert(sent.id)).toMatchObject({ deliveries: [{ state: "delivered", attempts: 1 }] });
      expect(await ada.testAlertChannel(ACCOUNT_MAIL)).toMatchObject({ deliveries: [{ channel: "mail" }] });
    });

    test("preferences are the account's, each by itself", async () => {
      expect(await ada.alertPreferences()).toEqual(DEFAULT_PREFERENCES);
      await ada.setAlertPreferences({ timeZone: "Europe/Zurich" });
      expect(await ada.setAlertPreferences({ language: "de" })).toEqual({
        language: "de",
        timeZone: "Europe/Zurich",
      });
      expect(await harness.second.forOwner(ADA).alertPreferences()).toMatchObject({ language: "de" });
      expect(await harness.store.forOwner(BOB).alertPreferences()).toEqual(DEFAULT_PREFERENCES);
    });
  });

  describe(`${name}: reading alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      work = harness.second.alertWork;
      await concludeAll(work);
    });
    afterEach(() => harness.close());

    /** Has so many alerts told, oldest first. */
    async function tell(count: number): Promise<AlertId[]> {
      await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
      const drafts = Array.from({ length: count }, () => alertDraft());
      await work.conclude(await oneTask(work), conclusion(drafts), NOON_MS);
      return drafts.map(({ id }) => id);
    }

    const idsOf = (page: { readonly items: readonly { readonly id: AlertId }[] }) =>
      page.items.map(({ id }) => id);

    test("pages go backwards from the newest, or on from where one was", async () => {
      const ids = await tell(5);
      const first = await ada.alerts({ limit: 2 });
      expect([idsOf(first), first.hasMore, first.unread]).toEqual([[ids[4], ids[3]], true, 5]);
      const before = first.items[1]?.sequence;
      const second = await ada.alerts({ limit: 3, before });
      expect([idsOf(second), second.hasMore]).toEqual([[ids[2], ids[1], ids[0]], false]);
      const after = second.items[2]?.sequence ?? 0;
      expect(idsOf(await ada.alerts({ limit: 2, after }))).toEqual([ids[1], ids[2]]);
      expect(idsOf(await ada.alerts({ limit: 9, tag: TAG }))).toHaveLength(5);
      expect(idsOf(await ada.alerts({ limit: 9, tag: "other" as never }))).toEqual([]);
      expect(first.items[0]).toMatchObject({
        kind: "left",
        tag: TAG,
        facts: { tagName: "Schnurrli" },
        createdAt: NOON,
      });
    });

    test("what was read is not unread, and can be again", async () => {
      const ids = await tell(3);
      expect(await ada.markAlert(ids[1] as AlertId, { isRead: true })).toMatchObject({ readAt: NOON });
      const unread = await ada.alerts({ limit: 9, onlyUnread: true });
      expect([idsOf(unread), unread.unread]).toEqual([[ids[2], ids[0]], 2]);
      expect(await ada.markAlert(ids[1] as AlertId, { isRead: false })).toMatchObject({ readAt: undefined });
      await ada.markAllRead(unread.items[1]?.sequence ?? 0);
      expect((await ada.alerts({ limit: 9 })).unread).toBe(2);
    });

    test("an acknowledged alert is read, and told no more", async () => {
      const [id] = (await tell(1)) as [AlertId];
      expect(await ada.markAlert(id, { isAcknowledged: true })).toMatchObject({
        ...{ acknowledgedAt: NOON, readAt: NOON, deliveries: [{ state: "dropped" }] },
      });
      expect(await takeDeliveries(work)).toEqual([]);
      expect(await ada.markAlert(id, { snoozedUntil: later(NOON, 60) })).toMatchObject({
        snoozedUntil: undefined,
      });
    });

    test("a snoozed alert is told again at its time, as another message, unless it is acknowledged", async () => {
      const [id] = (await tell(1)) as [AlertId];
      const [first] = await takeDeliveries(work);
      if (first === undefined) throw new Error("none");
      await work.finish(first, DELIVERED, NOON_MS);
      for (const minutes of [10, 20]) {
        const snoozedUntil = later(NOON, minutes * 60);
        expect(await ada.markAlert(id, { snoozedUntil })).toMatchObject({ snoozedUntil });
      }
      expect(await takeDeliveries(work, NOON_MS + 1_199_999)).toEqual([]);
      const [again, ...others] = await takeDeliveries(work, NOON_MS + 1_200_000);
      expect([again?.alert.id, again?.id === first.id, others]).toEqual([id, false, []]);
      if (again !== undefined) await work.finish(again, DELIVERED, NOON_MS);
      await ada.markAlert(id, { snoozedUntil: later(NOON, 3_600) });
      await ada.markAlert(id, { isAcknowledged: true });
      expect(await takeDeliveries(work, NOON_MS + 3_600_000)).toEqual([]);
    });

    test("a tag is muted by each account for itself, until a time or for ever", async () => {
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      await concludeAll(work);
      const bob = harness.store.forOwner(BOB);
      expect(await bob.muteTag(TAG, "for-ever")).toBe("muted");
      expect([await bob.mutedUntil(TAG), await ada.mutedUntil(TAG)]).toEqual(["for-ever", undefined]);
      await ada.muteTag(TAG, later(NOON, 60));
      expect(await ada.mutedUntil(TAG)).toBe(NOON + 60);
      harness.clock.now = later(NOON, 60);
      expect(await ada.mutedUntil(TAG)).toBeUndefined();
      await bob.muteTag(TAG, undefined);
      expect(await bob.mutedUntil(TAG)).toBeUndefined();
    });

    test("alerts are kept as long as locations, and no longer than 90 days", async () => {
      const [id] = (await tell(1)) as [AlertId];
      const bounds = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };
      const run = (days: number) => harness.store.retention.run({ asOf: later(NOON, days * 86_400), bounds });
      await run(90);
      expect(await ada.alert(id)).toMatchObject({ id });
      await run(91);
      expect(await ada.alert(id)).toBe("not-found");
      expect(await work.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    });

    test("a viewer's alerts are kept no longer than the tag's owner wants", async () => {
      const bounds = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      await concludeAll(work);
      await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
      await work.conclude(await oneTask(work), conclusion([alertDraft({ toViewers: true })]), NOON_MS);
      const bob = harness.store.forOwner(BOB);
      expect((await bob.alerts({ limit: 9 })).items).toHaveLength(1);
      await ada.chooseRetention({ days: 3 }, bounds);
      await harness.store.retention.run({ asOf: later(NOON, 4 * 86_400), bounds });
      expect((await bob.alerts({ limit: 9 })).items).toEqual([]);
    });
  });
}
