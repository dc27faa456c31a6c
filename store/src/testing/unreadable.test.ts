import { randomBytes } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT_MAIL, BUILT_IN_RULES, type AlertRuleId } from "../alerts/alert-rule.ts";
import { MissingKeyError } from "../sealing/missing-key.ts";
import {
  alertDraft,
  concludeAll,
  conclusion,
  letBeAlerted,
  NOON_MS,
  oneTask,
  provedChannel,
  takeDeliveries,
  takeTasks,
  WEBHOOK,
  WORK_MAIL,
} from "./alert-values.ts";
import {
  ADA,
  ALWAYS,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  OTHER_TAG,
  pageOf,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { useOwnedStore } from "./owned-store.ts";
import { claimed, recorded, storedNumbers } from "./store-harness.ts";

const owned = useOwnedStore("Mimi");

const LIST = { limit: 10 };

/** Puts another content in the place of the sealed one. */
function spoil(table: string, column: string, where: string): void {
  owned.harness.database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(randomBytes(40));
}

async function geofence(name: string): Promise<string> {
  const outcome = await owned.ada.createGeofence(draft(name, [TAG]));
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return outcome.geofence.id;
}

describe("what does not open", () => {
  test("a tag's name takes no other tag with it", async () => {
    await claimed(owned.harness, ADA, OTHER_TAG, "Tom");
    spoil("ownership", "name", `tag = '${TAG}'`);
    const names = (await owned.ada.tags(LIST)).items.map(({ name }) => name);
    expect(names).toEqual([undefined, "Tom"]);
    expect(await owned.ada.renameTag(TAG, "Mimi")).toMatchObject({ name: "Mimi" });
  });

  test("a geofence takes no other geofence with it, and can be drawn anew or deleted", async () => {
    const [home, shed] = [await geofence("home"), await geofence("shed")];
    spoil("geofence", "sealed", `id = '${home}'`);
    const seen = new Map(
      (await owned.ada.geofences(LIST)).items.map(({ id, ...rest }) => [id as string, rest]),
    );
    expect(seen.get(home)).toMatchObject({ name: undefined, shape: undefined, tagIds: [TAG] });
    expect(seen.get(shed)).toMatchObject({ name: "shed" });
    expect(await owned.ada.replaceGeofence(home as never, draft("home", [TAG]), 1)).toMatchObject({
      kind: "written",
    });
    spoil("geofence", "sealed", `id = '${home}'`);
    expect(await owned.ada.deleteGeofence(home as never, undefined)).toBe("deleted");
  });

  test("a geofence keeps settings from its own tag, which goes on with those that it has", async () => {
    await claimed(owned.harness, ADA, OTHER_TAG, "Tom");
    const home = await geofence("home");
    spoil("geofence", "sealed", `id = '${home}'`);
    const { reports } = owned.harness.store;
    await expect(reports.wantedSettings(TAG)).rejects.toThrow(MissingKeyError);
    expect(await reports.wantedSettings(OTHER_TAG)).toMatchObject({ geofences: [] });
    await owned.ada.deleteGeofence(home as never, undefined);
    expect(await reports.wantedSettings(TAG)).toMatchObject({ geofences: [] });
  });

  test("a piece is a marked gap, on the page of its time and no other", async () => {
    await recorded(owned.harness, TAG, fixes(1, 2));
    await recorded(owned.harness, TAG, fixes(3, 4));
    await recorded(owned.harness, TAG, fixes(5, 6));
    spoil("report", "sealed", "first = 3");
    const gap = { from: fix(3).at, to: fix(4).at };
    expect(await storedNumbers(owned.ada, TAG)).toEqual([1, 2, 5, 6]);
    expect(pageOf(await owned.ada.locations(TAG, ALWAYS))).toMatchObject({ unreadable: [gap] });
    const first = await owned.ada.locations(TAG, { ...ALWAYS, limit: 2 });
    expect(first).toMatchObject({ unreadable: undefined, items: [{ number: 1 }, { number: 2 }] });
    const rest = { ...ALWAYS, after: pageOf(first as never).next as never };
    expect(await owned.ada.locations(TAG, rest)).toMatchObject({ unreadable: [gap], next: undefined });
    expect(await owned.ada.locations(TAG, { ...ALWAYS, from: fix(5).at })).toMatchObject({
      unreadable: undefined,
    });
    expect(await owned.ada.latest(TAG)).toMatchObject({ number: 6 });
  });

  test("an event is marked, and so is the name of its geofence", async () => {
    const home = await geofence("home");
    const version = (await owned.harness.store.reports.wantedSettings(TAG))?.version ?? 0;
    const sides = [
      transition(1, 0, "inside", "outside", version),
      transition(2, 0, "outside", "inside", version),
    ];
    await recorded(owned.harness, TAG, reportOf(1, sides));
    spoil("event", "sealed", "number = 1");
    spoil("geofence", "sealed", `id = '${home}'`);
    const events = pageOf(await owned.ada.events(TAG, ALWAYS)).items;
    expect(events).toMatchObject([
      { number: 1, from: undefined, to: undefined, geofence: { id: home, name: undefined } },
      { number: 2, from: "outside", to: "inside", geofence: { id: home, name: undefined } },
    ]);
  });

  test("names of shares and reports of finders are marked", async () => {
    const share = { kind: "live", endsAt: undefined, historyFrom: undefined } as const;
    const invited = await owned.ada.inviteViewer(TAG, { ...share, name: "Bob" });
    if (invited.kind === "refused") throw new Error(invited.reason);
    const code = await owned.harness.store.registry.printedCode(TAG);
    const draft = { message: "here", contact: undefined, place: undefined };
    await owned.harness.store.finderReports.report(code, draft, "192.0.2.1");
    const bob = owned.harness.store.forViewer(BOB);
    await bob.acceptShare(invited.code);
    spoil("share", "name", "true");
    spoil("found_report", "sealed", "true");
    spoil("ownership", "name", "true");
    expect(await owned.ada.shares(TAG)).toMatchObject([{ name: undefined, kind: "live" }]);
    expect(await bob.heldShares()).toMatchObject([{ tag: { id: TAG, name: undefined } }]);
    expect(await owned.ada.finderReports(TAG)).toMatchObject([{ message: undefined }]);
  });
});

describe("an owner's key that is missing", () => {
  const ring = () => join(owned.harness.folder, "owners.keys");

  beforeEach(async () => {
    await recorded(owned.harness, TAG, fixes(1, 2));
    owned.harness.passMs(6 * 60_000);
    copyFileSync(ring(), `${ring()}.kept`);
    rmSync(ring());
  });

  test("is no owner who was erased: the tag is told to come again, and loses nothing", async () => {
    const refused = await owned.harness.second.reports.recordReport(TAG, fixes(3, 4), receivedAt());
    expect(refused).toEqual({ kind: "refused", reason: "key-missing" });
    copyFileSync(`${ring()}.kept`, ring());
    expect(await owned.harness.second.reports.recordReport(TAG, fixes(3, 4), receivedAt())).toMatchObject({
      kind: "stored",
      stored: 2,
    });
    expect(await storedNumbers(owned.ada, TAG)).toEqual([1, 2, 3, 4]);
  });

  test("is not made anew for what is sealed with it, neither by a claim nor by a geofence", async () => {
    await expect(claimed(owned.harness, ADA, OTHER_TAG)).rejects.toThrow(MissingKeyError);
    await expect(owned.ada.createGeofence(draft("home", [TAG]))).rejects.toThrow(MissingKeyError);
    expect(await owned.harness.keyRing.owners()).toEqual([]);
    await claimed(owned.harness, BOB, OTHER_TAG);
    expect(await owned.harness.keyRing.owners()).toEqual([BOB]);
  });

  test("leaves the list of tags as it is, without names", async () => {
    expect((await owned.ada.tags(LIST)).items).toMatchObject([{ id: TAG, name: undefined }]);
    expect(await owned.ada.locations(TAG, ALWAYS)).toMatchObject({ items: [], unreadable: [{}] });
  });

  test("keeps what its owner is to be told until it is there again", async () => {
    const { alertWork } = owned.harness.second;
    expect(await takeTasks(alertWork)).toEqual([]);
    copyFileSync(`${ring()}.kept`, ring());
    owned.harness.passMs(6 * 60_000);
    expect(await takeTasks(alertWork, NOON_MS + 600_000)).toMatchObject([
      { owner: ADA, event: { kind: "claimed" } },
    ]);
  });

  test("that was destroyed is not missing: its tag is nobody's", async () => {
    copyFileSync(`${ring()}.kept`, ring());
    await owned.harness.keyRing.destroy(ADA);
    owned.harness.clock.now = later(NOON, 60);
    const refused = await owned.harness.second.reports.recordReport(TAG, fixes(3, 4), receivedAt());
    expect(refused).toEqual({ kind: "refused", reason: "unclaimed" });
  });
});

describe("a key ring at start", () => {
  const check = (): Promise<void> => owned.harness.store.checkKeyRing();

  test("that has all keys is taken", async () => {
    await check();
    expect(await owned.harness.store.sealedOwners()).toEqual({ count: 1, erased: [], missing: [] });
  });

  test("that lacks keys is refused in one line that says what to do", async () => {
    await claimed(owned.harness, BOB, OTHER_TAG);
    const ring = join(owned.harness.folder, "owners.keys");
    rmSync(ring);
    await owned.harness.keyRing.create(BOB);
    await expect(check()).rejects.toThrow(
      `key ring ${ring} lacks the keys of 1 of 2 owners of locations.db: restore its newest copy, ` +
        'or give up what they sealed with "purrimeter keys forget --lost"',
    );
  });

  test("that says that a key was destroyed is taken, and what came back of its owner is erased again", async () => {
    await claimed(owned.harness, BOB, OTHER_TAG);
    await owned.harness.keyRing.destroy(ADA);
    await check();
    expect(await owned.harness.store.eraseAgain()).toBe(1);
    const owners = owned.harness.database.prepare("SELECT owner FROM ownership").pluck().all();
    expect([owners, await owned.harness.store.eraseAgain()]).toEqual([[BOB], 0]);
  });
});

describe("alerts that do not open", () => {
  const RULE = { kind: "outside-longer", isEnabled: true, longerThanS: 600, tellsViewers: true } as const;

  test("a rule is off, a built-in one holds as it was built in, and others hold", async () => {
    const own = await owned.ada.addAlertRule(RULE);
    const other = await owned.ada.addAlertRule(RULE);
    if (own.kind === "refused" || other.kind === "refused") throw new Error("refused");
    const [left] = BUILT_IN_RULES;
    await owned.ada.removeAlertRule(left?.id as AlertRuleId);
    spoil("alert_rule", "sealed", `id IN ('left', '${own.rule.id}')`);
    const rules = new Map((await owned.ada.alertRules()).map((rule) => [rule.id, rule]));
    expect(rules.get(left?.id as AlertRuleId)).toEqual(left);
    expect(rules.get(own.rule.id)).toMatchObject({ isEnabled: false, tellsViewers: false });
    expect(rules.get(other.rule.id)).toEqual(other.rule);
    expect(await owned.ada.changeAlertRule(own.rule.id, RULE)).toMatchObject({ rule: { longerThanS: 600 } });
  });

  test("a channel is without name and endpoint, sends nothing, and others do", async () => {
    const { alertWork } = owned.harness.store;
    await concludeAll(alertWork);
    const lost = await provedChannel(owned.harness.store, owned.ada, WORK_MAIL);
    const other = await provedChannel(owned.harness.store, owned.ada, WEBHOOK);
    spoil("alert_channel", "sealed", `id = '${lost.id}'`);
    const named = (await owned.ada.alertChannels()).map(({ id, name }) => [id, name]);
    expect(new Map(named as [string, string][])).toEqual(
      new Map([
        [lost.id, undefined],
        [other.id, "my server"],
      ]),
    );
    await recorded(owned.harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
    await alertWork.conclude(await oneTask(alertWork), conclusion([alertDraft()]), NOON_MS);
    const channels = (await takeDeliveries(alertWork)).map(({ channel }) => channel);
    expect(channels.sort()).toEqual([other.id, ACCOUNT_MAIL].sort());
    expect(await owned.ada.removeAlertChannel(lost.id)).toBe("removed");
  });

  test("an alert is listed without its facts and not sent, and others are", async () => {
    const { alertWork } = owned.harness.store;
    await concludeAll(alertWork);
    const [lost, other] = [alertDraft(), alertDraft()];
    await recorded(owned.harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
    await alertWork.conclude(await oneTask(alertWork), conclusion([lost, other]), NOON_MS);
    spoil("alert", "sealed", `id = '${lost.id}'`);
    const { items } = await owned.ada.alerts({ limit: 9 });
    expect(items.map(({ facts }) => facts)).toEqual([other.facts, undefined]);
    expect(await takeDeliveries(alertWork)).toMatchObject([{ alert: { id: other.id } }]);
  });

  test("an event is left out, what the rules remember is forgotten, and the next event is judged", async () => {
    const { alertWork } = owned.harness.store;
    const claim = await oneTask(alertWork);
    await alertWork.conclude(claim, conclusion([], { state: { isOut: true } }), NOON_MS);
    for (const number of [1, 2])
      await recorded(owned.harness, TAG, reportOf(number, [transition(number, 0, "inside", "outside", 2)]));
    spoil("outbox", "sealed", "number = 1");
    spoil("alert_state", "sealed", "true");
    expect(await takeTasks(alertWork)).toEqual([]);
    expect(await oneTask(alertWork)).toMatchObject({ event: { number: 2 }, state: undefined });
  });

  test("a copy of the database from before an erasure tells nobody", async () => {
    const { alertWork } = owned.harness.store;
    const bob = owned.harness.store.forViewer(BOB);
    await letBeAlerted(owned.ada, bob, TAG);
    await concludeAll(alertWork);
    await recorded(owned.harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
    await alertWork.conclude(
      await oneTask(alertWork),
      conclusion([alertDraft({ toViewers: true })]),
      NOON_MS,
    );
    await recorded(owned.harness, TAG, reportOf(2, [transition(2, 0, "outside", "inside", 2)]));
    // The rows stay, as in a copy that was restored; the key is gone for good.
    await owned.harness.keyRing.destroy(ADA);
    owned.harness.passMs(3_600_000);
    expect(await takeTasks(alertWork)).toEqual([]);
    expect(await takeDeliveries(alertWork), "nor the viewer").toEqual([]);
    expect(await owned.harness.store.eraseAgain()).toBe(1);
    expect(await alertWork.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    expect((await owned.harness.store.forOwner(BOB).alerts({ limit: 9 })).items).toEqual([]);
  });
});
