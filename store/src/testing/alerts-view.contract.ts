import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_PREFERENCES } from "../alerts/alert.ts";
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
import { NOON_MS, provedChannel, takeDeliveries, WEBHOOK, WORK_MAIL } from "./alert-values.ts";
import { ADA, BOB, later, NOON } from "./contract-values.ts";
import { type StoreHarness } from "./store-harness.ts";

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
      const changed = await ada.changeAlertRule(added.rule.id, { ...RULE, longerThanS: 700 });
      expect(changed).toEqual({
        kind: "kept",
        rule: { ...added.rule, longerThanS: 700, changedAt: NOON + 5 },
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
      for (const again of [code, "AAAAAAAA"])
        expect(await ada.proveAlertChannel(id, again)).toBe("proved-already");
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
      expect(endpoint.secrets).toEqual([expect.stringMatching(/^whsec_/)]);
      expect(endpoint.keys).toEqual([expect.stringMatching(/^whsk_/)]);
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
}
