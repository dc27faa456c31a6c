import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import { createLog } from "@purrimeter/service/log";
import { Metrics } from "@purrimeter/service/metrics";
import { openAlarms } from "@purrimeter/service/open-alarms";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestPeople } from "../testing/test-people.ts";
import { AlarmDelivery } from "./alarm-delivery.ts";
import { AlarmSpool } from "./alarm-spool.ts";
import { watchBackup } from "./watch-backup.ts";
import type { WebhookMessage } from "./webhook.ts";

const OPERATOR = asMailAddress("ops@example.org") as MailAddress;
const DAY_MS = 86_400_000;

let people: TestPeople;
let folder: string;
let time: ManualTime;
let posted: WebhookMessage[];
let lines: string[];
let delivery: AlarmDelivery;
let alarms: ReturnType<typeof openAlarms>;
let firstMail: number;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-delivery-"));
  time = new ManualTime(people.auth.clock.s * 1_000);
  [posted, lines] = [[], []];
  firstMail = people.auth.mails.length;
  const log = createLog("auth", { write: (line: string) => void lines.push(line) });
  const spool = join(folder, "alarms");
  alarms = openAlarms({ process: "bridge", spool, log, time, metrics: new Metrics(randomName()) });
  const { accounts, audit, mailQueue } = people.auth.service;
  delivery = new AlarmDelivery({
    ...{ accounts, audit, mailQueue, log, time },
    spool: new AlarmSpool(spool),
    mailTo: [OPERATOR],
    webhook: { post: (message) => void posted.push(message) },
    digest: true,
    checkpoints: () => [readFileSync(checkpointFileOf(people.auth.databasePath), "utf8").trim()],
    isClockTrusted: () => true,
  });
});
afterEach(async () => {
  await delivery.close();
  rmSync(folder, { recursive: true });
});

function randomName(): string {
  return `t${randomBytes(4).toString("hex")}`;
}

/** Lets the time pass, and what happens meanwhile. */
async function pass(ms: number): Promise<void> {
  await time.advanceInTurns(ms);
  await expect.poll(() => people.auth.service.audit.flush()).toBe(true);
}

/** Messages to the operator since the test began. */
async function mails(): Promise<readonly { subject: string; text: string }[]> {
  await people.auth.service.mailQueue.flush();
  return people.auth.mails.slice(firstMail).filter(({ to }) => to === OPERATOR);
}

test("an alarm about a tag is with operators, webhook and trail within a second", async () => {
  alarms.observe({ event: "tag.other-name", tag: "cat-0001" });
  await pass(1_000);
  const [mail] = await mails();
  expect(mail?.subject).toBe("Purrimeter security alarm: tag-under-another-name");
  expect(mail?.text).toContain("Tag: cat-0001");
  expect(posted).toMatchObject([
    { type: "alarm.raised", data: { rule: "tag-under-another-name", tag: "cat-0001", process: "bridge" } },
  ]);
  const rows = await people.auth.service.audit.read({ after: 0, limit: 100, event: "alarm.raised" });
  expect(rows.at(-1)).toMatchObject({ subject: "tag-under-another-name cat-0001", actor: "", account: "" });
});

test("an account is its pseudonym, and who has none is left out", async () => {
  const mia = await people.newOwner();
  const { id } = await people.accountOf(mia);
  alarms.observe({ event: "session.reused", account: id });
  alarms.observe({ event: "session.reused", account: "hash of an address that has no account" });
  await pass(1_000);
  const name = people.auth.service.audit.nameOf(id);
  expect(posted.map(({ data }) => data)).toMatchObject([{ account: name }, {}]);
  const told = (await mails()).map(({ text }) => text).join("") + JSON.stringify(posted);
  expect(told).not.toContain(id);
  expect(told).not.toContain(mia.email);
  expect(told).not.toContain("hash of");
});

test("a notice is in the trail and sent to nobody", async () => {
  alarms.observe({ event: "second-factor.off", account: "x" });
  await pass(1_000);
  expect([await mails(), posted]).toEqual([[], []]);
  const rows = await people.auth.service.audit.read({ after: 0, limit: 100, event: "alarm.raised" });
  expect(rows.at(-1)?.subject).toBe("second-factor-off");
});

test("a flood is one message at once and one a minute later", async () => {
  for (let i = 0; i < 10; i++) {
    alarms.observe({ event: "quota.tag", tag: `cat-${i}` });
    await pass(1_000);
  }
  expect(await mails()).toHaveLength(1);
  await pass(60_000);
  const all = await mails();
  expect(all).toHaveLength(2);
  expect(all[1]?.text.match(/^Tag: /gmu)).toHaveLength(9);
});

test("each day has its digest, with the alarms of the day and the checkpoints of the trail, once", async () => {
  people.auth.service.trail.signer.sign();
  await pass(1_000);
  const midnightS = Math.ceil(people.auth.clock.s / 86_400) * 86_400;
  people.auth.clock.s = midnightS - 20;
  time.setUtcMs((midnightS - 20) * 1_000);
  alarms.observe({ event: "disk.filling" });
  alarms.observe({ event: "second-factor.off", account: "y" });
  await pass(1_000);
  expect((await mails()).filter(({ subject }) => subject.startsWith("Purrimeter on "))).toEqual([]);
  await pass(120_000);
  const digests = (await mails()).filter(({ subject }) => subject.startsWith("Purrimeter on "));
  expect(digests).toHaveLength(1);
  const [{ subject, text } = { subject: "", text: "" }] = digests;
  expect(subject).toMatch(/^Purrimeter on \d{4}-\d\d-\d\d: \d+ alarms$/u);
  expect(text).toMatch(/^\d+ {2}disk-filling$/mu);
  expect(text).toMatch(/^\d+ {2}second-factor-off$/mu);
  expect(text).toContain("\n\u2014 ");
  expect(posted.filter(({ type }) => type === "alarm.digest")).toHaveLength(1);
});

test("an alarm that came before a stop is still told", async () => {
  alarms.observe({ event: "trail.broken" });
  await delivery.close();
  expect((await mails()).map(({ subject }) => subject)).toEqual(["Purrimeter security alarm: trail-broken"]);
});

test("a spool that cannot be read is a line in the log, and is tried again", async () => {
  writeFileSync(join(folder, "alarms.state.new"), "");
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "no folder any more");
  await pass(1_000);
  rmSync(folder);
  expect(lines.join("")).toContain('"event":"alarm.fault","code":"ENOTDIR"');
  folder = mkdtempSync(join(tmpdir(), "purrimeter-delivery-"));
});

test.each([
  ["8 days ago", -8, true],
  ["6 days ago", -6, false],
  ["never: it is counted from now on", undefined, false],
])("a backup of %s", (_when, days, isOld) => {
  const record = join(folder, "last-backup");
  if (days !== undefined) writeFileSync(record, `${time.utcS() + days * 86_400}\n`);
  const seen: string[] = [];
  const options = { record, days: 7, log: createLog("auth", { write: () => undefined }), time };
  const told = { observe: ({ event }: { event: string }) => void seen.push(event) };
  const cancel = watchBackup({ ...options, alarms: told, isClockTrusted: () => true });
  expect(seen).toEqual(isOld ? ["backup.old"] : []);
  time.advance(9 * DAY_MS);
  expect(seen).toContain("backup.old");
  cancel();
});
