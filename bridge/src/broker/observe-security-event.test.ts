import { readFileSync } from "node:fs";
import { unrefused } from "@purrimeter/certs/refusal";
import { revoke } from "@purrimeter/certs/revoke";
import { topicOf } from "@purrimeter/protocol/topics";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { openTestSource, type TestSource } from "../testing/open-test-source.ts";
import { dial, dialAndJoin } from "../testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "../testing/test-authority.ts";
import { observeSecurityEvent } from "./observe-security-event.ts";

const [ALF, BEA] = ["alf" as TagId, "bea" as TagId];

let authority: TestAuthority;
let alf: Credentials;
let open: TestSource;
let raised: string[];
const lists = (): string => readFileSync(authority.files.branches.tags.revoked, "utf8");

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
beforeEach(async () => {
  const made = createTestAlarms();
  ({ raised } = made);
  open = await openTestSource(
    { ...authority.bridge, revoked: lists() },
    {
      onSecurityEvent: (event, tag, cause) => observeSecurityEvent(made.alarms, event, tag, cause),
    },
  );
});
afterEach(() => open.source.close());

test("a key that is used in two places raises an alarm with the tag", async () => {
  for (let i = 0; i < 11; i++) await dialAndJoin(open.port, ALF, alf);
  expect(raised).toEqual(["tag-in-two-places alf"]);
});

test("a tag that calls itself by another name raises one", async () => {
  const tag = await dial(open.port, alf);
  tag.join(BEA);
  expect((await tag.next("connack")).returnCode).toBe(2);
  expect(raised).toEqual(["tag-under-another-name alf"]);
});

test("a tag that writes for another one raises one", async () => {
  const tag = await dialAndJoin(open.port, ALF, alf);
  tag.publish(topicOf(BEA, "report"), Buffer.from("x"));
  await tag.closed;
  expect(raised).toEqual(["tag-under-another-name alf"]);
});

test("a tag that wants to read what another one gets raises one", async () => {
  const tag = await dialAndJoin(open.port, ALF, alf);
  await tag.subscribe(topicOf(BEA, "settings"));
  expect(raised).toEqual(["tag-under-another-name alf"]);
});

test("a certificate that was revoked raises one, whose tag the handshake does not tell", async () => {
  const [bad] = (await authority.tags(["bad"])) as [Credentials];
  unrefused(revoke(authority.files, "bad", new Date()));
  open.source.replaceRevoked(lists());
  await expect(dial(open.port, bad).then((tag) => tag.next("connack"))).rejects.toThrow();
  await expect.poll(() => raised, { timeout: 30_000 }).toEqual(["revoked-certificate"]);
});

test("a tag that was revoked raises one with its name", async () => {
  open.sink.admissions.set(ALF, "revoked");
  const tag = await dial(open.port, alf);
  tag.join(ALF);
  await tag.next("connack");
  expect(raised).toEqual(["revoked-certificate alf"]);
});

test("a tag with a bad connection, one without a certificate and one that is not known raise none", async () => {
  for (let i = 0; i < 6; i++)
    (await dialAndJoin(open.port, ALF, alf)).publish(topicOf(ALF, "status"), Buffer.from("x"));
  await expect(dial(open.port, {}).then((tag) => tag.next("connack"))).rejects.toThrow();
  open.sink.admissions.set(ALF, "unknown");
  const tag = await dial(open.port, alf);
  tag.join(ALF);
  expect((await tag.next("connack")).returnCode).toBe(5);
  expect(raised).toEqual([]);
});
