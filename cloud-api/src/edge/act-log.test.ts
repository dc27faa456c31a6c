import { createLog } from "@purrimeter/service/log";
import type { TagId } from "@purrimeter/protocol/values";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeTestApi, type TestApi, type TestOwner } from "../testing/test-api.ts";
import { logActs } from "./act-log.ts";

let api: TestApi;
let [mia, tom]: TestOwner[] = [];
beforeAll(async () => {
  api = await makeTestApi();
  [mia, tom] = [await api.owner(), await api.owner()];
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const ask = (who: TestOwner | undefined, method: string, path: string, body?: unknown) =>
  api.ask(path, { method, token: who?.token, ...(body !== undefined && { body }) });

test("each act of owners that changes who has a tag or sees it is told, once, and nothing that failed", async () => {
  const tag = await api.claimedTag(mia as TestOwner);
  await ask(mia, "POST", "/v1/tags/claim", { code: "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA" });
  const invite = async () => (await ask(mia, "POST", `/v1/tags/${tag}/shares`, { kind: "live" })).body;
  const first = await invite();
  await ask(tom, "POST", "/v1/shares/accept", { code: first.code });
  await ask(tom, "POST", "/v1/shares/accept", { code: first.code });
  await ask(tom, "DELETE", `/v1/shares/${first.share.id}`);
  await ask(mia, "DELETE", `/v1/tags/${tag}/shares/${(await invite()).share.id}`);
  await ask(tom, "DELETE", `/v1/tags/${tag}`);
  await ask(mia, "POST", `/v1/tags/${tag}/transfer`);
  await ask(mia, "DELETE", `/v1/tags/${tag}/transfer`);
  const { body: offer } = await ask(mia, "POST", `/v1/tags/${tag}/transfer`);
  const { body: accepted } = await ask(tom, "POST", "/v1/transfers/accept", { code: offer.code });
  await ask(mia, "POST", `/v1/tags/${tag}/transfer/confirm`, { checkNumber: "x" });
  await ask(mia, "POST", `/v1/tags/${tag}/transfer/confirm`, { checkNumber: accepted.checkNumber });
  await ask(tom, "DELETE", `/v1/tags/${tag}`);
  const acts = [
    "tag.claimed",
    "share.invited",
    "share.accepted",
    "share.left",
    "share.invited",
    "share.removed",
  ];
  acts.push("transfer.offered", "transfer.cancelled", "transfer.offered", "transfer.accepted");
  acts.push("transfer.confirmed", "tag.given-up");
  expect(api.acts).toEqual(acts.map((act) => (act === "share.left" ? act : `${act} ${tag}`)));
});

test("a line has the act and the tag, goes to the security log, and a flood is summed", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = createLog("cloud-api", { write: (line: string) => void lines.push(line) });
  const act = logActs(log, () => nowMs);
  for (let i = 0; i < 1_000; i++) act("transfer.offered", "cat-1" as TagId);
  expect(lines).toHaveLength(20);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    event: "security.act",
    reason: "transfer.offered",
    tag: "cat-1",
  });
  nowMs = 60_000;
  act("tag.claimed", "cat-2" as TagId);
  expect(lines.slice(20).map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: "security.act-sum", reason: "transfer.offered", count: 980 },
    { event: "security.act", reason: "tag.claimed", tag: "cat-2" },
  ]);
});
