import { readFileSync } from "node:fs";
import type { Fleet } from "@purrimeter/certs/issue-fleet";
import { leafOf } from "@purrimeter/device/mqtt-uplink";
import type { TagId } from "@purrimeter/protocol/values";
import { connectLoadTag, type AnswerKind, type LoadTag } from "./load-tag.ts";

// The process that plays the tags. Its parent sends one order at a time and waits for the answer.

export type LoadOrder =
  | { readonly type: "connect"; readonly port: number; readonly kind: AnswerKind; readonly count: number }
  | { readonly type: "run"; readonly kind: AnswerKind; readonly fixes: number; readonly durationMs: number }
  | { readonly type: "disconnect"; readonly kind: AnswerKind };

export interface LoadAnswer {
  readonly error?: string;
  /** Reports that were answered within the time. */
  readonly reports: number;
  readonly tookMs: number;
}

/** So many handshakes at once: more only wait for each other. */
const HANDSHAKES = 16;

/** Tags of one address, of which the bridge takes so many and no more: a fleet is behind many addresses. */
const TAGS_AN_ADDRESS = 100;

const fleet = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Fleet;
const tags: Record<AnswerKind, LoadTag[]> = { stored: [], puback: [] };

async function connectAll(port: number, kind: AnswerKind, count: number): Promise<void> {
  const waiting = fleet.members.slice(0, count);
  const worker = async (): Promise<void> => {
    for (let member = waiting.shift(); member !== undefined; member = waiting.shift()) {
      const localAddress = `127.1.0.${1 + Math.floor((count - waiting.length) / TAGS_AN_ADDRESS)}`;
      const keys = { cert: leafOf(member.chainPem), key: fleet.keyPem, ca: fleet.authorityPem };
      const credentials = { ...keys, localAddress };
      tags[kind].push(await connectLoadTag(port, member.tag as TagId, kind, credentials));
    }
  };
  await Promise.all(Array.from({ length: HANDSHAKES }, worker));
}

async function run(kind: AnswerKind, fixes: number, durationMs: number): Promise<LoadAnswer> {
  const beganMs = performance.now();
  for (const tag of tags[kind]) tag.run(fixes);
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  const reports = tags[kind].reduce((sum, { answered }) => sum + answered, 0);
  const tookMs = performance.now() - beganMs;
  await Promise.all(tags[kind].map((tag) => tag.stop()));
  for (const tag of tags[kind]) tag.check();
  return { reports, tookMs };
}

async function obey(order: LoadOrder): Promise<LoadAnswer> {
  switch (order.type) {
    case "connect":
      await connectAll(order.port, order.kind, order.count);
      break;
    case "run":
      return run(order.kind, order.fixes, order.durationMs);
    case "disconnect":
      for (const tag of tags[order.kind].splice(0)) tag.end();
  }
  return { reports: 0, tookMs: 0 };
}

process.on("message", (order: LoadOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error), reports: 0, tookMs: 0 }),
  );
});
process.on("disconnect", () => process.exit(0));
