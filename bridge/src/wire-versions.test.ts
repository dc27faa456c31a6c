import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeCommand } from "@purrimeter/protocol/command";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Report, Status } from "@purrimeter/protocol/messages";
import { encodeReport } from "@purrimeter/protocol/report";
import { decodeSettings } from "@purrimeter/protocol/settings";
import { encodeStatus } from "@purrimeter/protocol/status";
import { topicOf, type Channel } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import type { Store } from "@purrimeter/store/open-store";
import { createAedesSource, type AedesSource } from "./broker/aedes-source.ts";
import { createBridge, type Bridge } from "./bridge.ts";
import { createBridgeCounters, type BridgeCounters } from "./metrics/bridge-counters.ts";
import { utcNow } from "./testing/open-test-source.ts";
import { dialAndJoin, type RawTag } from "./testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "./testing/test-store.ts";

const ALF = "alf" as TagId;

let authority: TestAuthority;
let alf: Credentials;
let files: TestStore;
let store: Store;
let source: AedesSource;
let bridge: Bridge;
let counters: BridgeCounters;
let tag: RawTag;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
beforeEach(async () => {
  files = createTestStore();
  store = files.open();
  counters = createBridgeCounters();
  const log = createLog("bridge", { write: () => undefined });
  const shared = { now: utcNow, time: systemTime };
  const listener = { host: "127.0.0.1", port: 0, tls: authority.bridge };
  source = createAedesSource({ ...listener, onSecurityEvent: () => undefined, ...shared });
  bridge = createBridge({ store: store.reports, source, counters, log, retentionDays: 30, ...shared });
  const { port } = await source.open(bridge.sink);
  await claimTag(store, ALF);
  tag = await dialAndJoin(port, ALF, alf);
});
afterEach(async () => {
  await source.close();
  await store.close();
  files.remove();
});

async function subscribe(channel: Channel): Promise<void> {
  tag.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: topicOf(ALF, channel), qos: 1 }] });
  await tag.next("suback");
}

async function say(status: Partial<Status>): Promise<void> {
  const whole = { online: true, settingsVersion: 0, firmware: "1.0.0", ...status };
  tag.publish(topicOf(ALF, "status"), encodeStatus(whole), { qos: 1, messageId: 9 });
  await tag.next("puback");
}

async function nextMessage(): Promise<Buffer> {
  const { payload, messageId } = await tag.next("publish");
  tag.send({ cmd: "puback", messageId: messageId ?? 0 });
  return payload as Buffer;
}

/** The version is the first value of every message: behind the head of its map and key 0. */
const versionOf = (message: Buffer) => message[2];

/** Wire version and step of detection of the next settings. */
async function nextSettings(): Promise<unknown[]> {
  const message = await nextMessage();
  const decoded = decodeSettings(message);
  return [versionOf(message), decoded.ok && decoded.value.detection];
}

async function nothingComes(): Promise<void> {
  tag.send({ cmd: "pingreq" });
  await tag.next("pingresp");
  await bridge.tick();
  tag.send({ cmd: "pingreq" });
  await tag.next("pingresp");
  expect(tag.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
}

const LOCATE = { id: 3, action: "locate", seconds: 0, expiresAt: 4_000_000_000 } as const;
const BUZZ = { ...LOCATE, action: "buzz", seconds: 5 } as const;

describe("a tag that says it reads version 2", () => {
  beforeEach(async () => {
    await say({ wireVersion: 2 });
    await subscribe("settings");
    expect(await nextSettings()).toEqual([2, "usual"]);
    await bridge.tick();
  });

  it("is sent its step of detection, also after its will, which says nothing of versions", async () => {
    await store.forOwner(OWNER).setDetection(ALF, "quiet");
    await bridge.tick();
    expect(await nextSettings()).toEqual([2, "quiet"]);
    await bridge.sink.status(ALF, encodeStatus({ online: false, settingsVersion: 0, firmware: "1.0.0" }));
    await store.forOwner(OWNER).setDetection(ALF, "quick");
    await bridge.tick();
    expect(await nextSettings()).toEqual([2, "quick"]);
  });

  it("is sent every command, once it listens", async () => {
    expect(await bridge.command(ALF, LOCATE)).toBe("away");
    await subscribe("command");
    expect(await bridge.command(ALF, LOCATE)).toBe("sent");
    expect(decodeCommand(await nextMessage())).toEqual({ ok: true, value: LOCATE });
  });
});

describe("a tag that says nothing of versions", () => {
  it("is sent nothing of version 2", async () => {
    await store.forOwner(OWNER).setDetection(ALF, "quiet");
    await subscribe("settings");
    expect(await nextSettings()).toEqual([1, undefined]);
    await subscribe("command");
    expect(await bridge.command(ALF, LOCATE)).toBe("too-old");
    expect(await bridge.command(ALF, BUZZ)).toBe("sent");
    expect(versionOf(await nextMessage())).toBe(1);
  });

  it("is sent the rest when newer firmware says that it reads version 2", async () => {
    await store.forOwner(OWNER).setDetection(ALF, "quiet");
    await subscribe("settings");
    expect(await nextSettings()).toEqual([1, undefined]);
    const settings = await store.reports.wantedSettings(ALF);
    await say({ settingsVersion: settings?.version ?? 0 });
    await nothingComes();
    await say({ settingsVersion: settings?.version ?? 0, wireVersion: 2 });
    expect(await nextSettings()).toEqual([2, "quiet"]);
  });
});

it("answers to commands are counted by outcome and kept, once", async () => {
  await subscribe("ack");
  const entries = (["done", "expired", "done"] as const).map((outcome, i): Entry => ({
    kind: "answer",
    at: utcNow(),
    command: 5 + i,
    outcome,
  }));
  const report = encodeReport({ epoch: 9, first: 1, oldest: 1, entries } as unknown as Report).slice();
  for (let i = 0; i < 2; i++) {
    tag.publish(topicOf(ALF, "report"), report);
    await tag.next("publish");
  }
  expect(["done", "expired"].map((outcome) => counters.get("command-answers", outcome))).toEqual([2, 1]);
  expect(await store.forOwner(OWNER).commandAnswers(ALF)).toMatchObject([
    { command: 5, outcome: "done" },
    { command: 6, outcome: "expired" },
    { command: 7, outcome: "done" },
  ]);
});
