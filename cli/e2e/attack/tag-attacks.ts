import { initAuthority } from "@purrimeter/certs/init-authority";
import { authorityFiles } from "@purrimeter/certs/authority-files";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Attack } from "./attack.ts";
import { must } from "./must.ts";
import { health, isLetIn, joinTag, dialTag, mustStore, reportOf } from "./mqtt.ts";
import { connectPacket, publishPacket, subscribePacket } from "./packets.ts";
import type { Target, TagIdentity } from "./target.ts";

function tagOf(target: Target, index: number): TagIdentity {
  const tag = target.tags[index];
  if (tag === undefined) throw new Error("no such tag");
  return tag;
}

async function otherIdentities(target: Target): Promise<string> {
  const own = tagOf(target, 0);
  must(await isLetIn(target.bridge, own, "mimi"), "the tag itself was refused, so nothing was tried");
  must(!(await isLetIn(target.bridge, {}, "mimi")), "a client without a certificate was let in");
  must(!(await isLetIn(target.bridge, own, "felix")), "a tag was let in under another's id");
  const forged = authorityFiles(join(target.folder, "forged"));
  unrefused(await initAuthority(forged, new Date()));
  const thief = unrefused(await issueTag(forged, "mimi", { now: new Date() }));
  const made = { cert: readFileSync(thief.chain, "utf8"), key: readFileSync(thief.key, "utf8") };
  must(!(await isLetIn(target.bridge, made, "mimi")), "a certificate of another authority was let in");
  return "all were refused, the tag itself was let in";
}

async function otherTopics(target: Target): Promise<string> {
  const own = tagOf(target, 0);
  const report = reportOf(1, [health()]);
  const bad: readonly (readonly [string, Buffer])[] = [
    ["a foreign report", publishPacket("purrimeter/1/felix/report", report)],
    ["a forged acknowledgement", publishPacket("purrimeter/1/felix/ack", report)],
    ["a retained report", publishPacket("purrimeter/1/mimi/report", report, 1)],
    ["$SYS", publishPacket("$SYS/x", report)],
  ];
  for (const [what, bytes] of bad) {
    const raw = await joinTag(target.bridge, own);
    raw.socket.write(bytes);
    await raw.ended();
    must(!raw.received.some(([first = 0]) => first >> 4 === 3), `${what} was acknowledged`);
  }
  const filters = [
    "purrimeter/1/felix/settings",
    "#",
    "purrimeter/1/+/ack",
    "$share/a/purrimeter/1/felix/ack",
    "$SYS/#",
  ];
  for (const filter of filters) {
    const raw = await joinTag(target.bridge, own);
    raw.socket.write(subscribePacket(filter));
    const answer = await raw.next(9);
    must(answer === undefined || answer[4] === 0x80, `a subscription to ${filter} was granted`);
    raw.socket.destroy();
  }
  return `${bad.length} publications and ${filters.length} subscriptions were refused`;
}

async function otherLevels(target: Target): Promise<string> {
  for (const level of [3, 5, 6]) {
    const raw = await dialTag(target.bridge, tagOf(target, 0));
    raw.socket.write(connectPacket("mimi", level));
    const answer = await raw.next(2);
    must(answer?.[3] === 1, `level ${level}: ${answer?.toString("hex") ?? "an end without an answer"}`);
    await raw.ended();
  }
  return "each was answered CONNACK 1";
}

async function unaskedDelivery(target: Target): Promise<string> {
  const raw = await dialTag(target.bridge, tagOf(target, 0));
  raw.socket.write(connectPacket("mimi"));
  must((await raw.next(2))?.[3] === 0, "the tag was refused");
  raw.socket.write(publishPacket("purrimeter/1/mimi/report", reportOf(1, [health()])));
  // The second session's report is committed after the first one's.
  await mustStore(target.bridge, tagOf(target, 1), 1);
  must(await raw.alive(), "the session ended");
  must(raw.received.length === 0, `${raw.received.length} packets came without a subscription`);
  raw.socket.destroy();
  return "nothing was sent";
}

const MUTATED = 500;

async function mutatedReports(target: Target): Promise<string> {
  const raw = await joinTag(target.bridge, tagOf(target, 0));
  const entries = Array.from({ length: 8 }, health);
  for (let count = 0; count < MUTATED; count++) {
    const bytes = count % 10 === 0 ? randomBytes(randomInt(1, 400)) : Buffer.from(reportOf(100, entries));
    for (let change = 0; change < 3; change++) bytes[randomInt(bytes.length)] = randomInt(256);
    raw.socket.write(
      publishPacket("purrimeter/1/mimi/report", bytes.subarray(0, randomInt(1, bytes.length + 1))),
    );
    if (raw.socket.closed) throw new Error(`the session ended after ${count}`);
  }
  must(await raw.alive(), "the session ended");
  raw.socket.destroy();
  await mustStore(target.bridge, tagOf(target, 1), 2);
  return "the bridge answered and stored another tag's report after them";
}

export const TAG_ATTACKS: readonly Attack[] = [
  {
    name: "other-identities",
    tried: "no certificate, a self-made one, another tag's id",
    run: otherIdentities,
  },
  { name: "other-topics", tried: "foreign topics, wildcards, $SYS, retained messages", run: otherTopics },
  { name: "other-levels", tried: "MQTT levels 3, 5 and 6", run: otherLevels },
  { name: "unasked-delivery", tried: "a report without a subscription", run: unaskedDelivery },
  { name: "mutated-reports", tried: `${MUTATED} mutated reports`, run: mutatedReports },
];
