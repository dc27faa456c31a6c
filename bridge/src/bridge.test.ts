import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { decodeAck } from "@purrimeter/protocol/ack";
import { crc32 } from "@purrimeter/protocol/crc32";
import { MAX_REPORT_BYTES } from "@purrimeter/protocol/limits";
import type { Ack, Report, Settings, Status } from "@purrimeter/protocol/messages";
import { encodeReport } from "@purrimeter/protocol/report";
import { decodeSettings } from "@purrimeter/protocol/settings";
import { encodeStatus } from "@purrimeter/protocol/status";
import { topicOf } from "@purrimeter/protocol/topics";
import type { EntryNumber, LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OpenStoreOptions, Store } from "@purrimeter/store/open-store";
import { systemTime } from "@purrimeter/service/system-time";
import { createAedesSource, type AedesSource } from "./broker/aedes-source.ts";
import { createBridgeCounters, type BridgeCounters } from "./metrics/bridge-counters.ts";
import { createBridge, type Bridge } from "./bridge.ts";
import { logSecurityEvents } from "./broker/log-security-events.ts";
import { utcNow } from "./testing/open-test-source.ts";
import { dial, dialAndJoin, type RawTag } from "./testing/raw-tag.ts";
import { until } from "./testing/recording-sink.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "./testing/test-store.ts";

const ALF = "alf" as TagId;
const monotonicMs = () => performance.now();

let authority: TestAuthority;
let alf: Credentials;
let files: TestStore;
let store: Store;
let source: AedesSource;
let bridge: Bridge;
let counters: BridgeCounters;
let lines: string[];
let port: number;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
beforeEach(() => {
  files = createTestStore();
});
afterEach(async () => {
  await source.close();
  await store.close();
  files.remove();
});

async function start(changes: Partial<OpenStoreOptions> = {}): Promise<void> {
  store = files.open(changes);
  counters = createBridgeCounters();
  lines = [];
  const log = createLog("bridge", { write: (line: string) => void lines.push(line) });
  const onSecurityEvent = logSecurityEvents(counters, log, monotonicMs);
  const shared = { now: utcNow, time: systemTime };
  source = createAedesSource({
    host: "127.0.0.1",
    port: 0,
    tls: authority.bridge,
    onSecurityEvent,
    ...shared,
  });
  bridge = createBridge({ store: store.reports, source, counters, log, retentionDays: 30, ...shared });
  ({ port } = await source.open(bridge.sink));
}

async function startClaimed(): Promise<RawTag> {
  await start();
  await claimTag(store, ALF);
  return dialAndJoin(port, ALF, alf);
}

/** One-minute fixes up to now, north by a metre each. */
function report(first: number, count: number, changes: Partial<Report> = {}): Uint8Array {
  const entries = Array.from({ length: count }, (_, i) => {
    const latE7 = (515_000_000 + 90 * (first + i)) as LatE7;
    const at = (utcNow() - 60 * (100 - first - i)) as UnixSeconds;
    return { kind: "fix" as const, at, latE7, lonE7: -1_000_000 as LonE7, accuracyDm: 45 };
  });
  const numbers = { epoch: 9, first, oldest: first } as unknown as Report;
  return encodeReport({ ...numbers, entries, ...changes });
}

async function answerTo(tag: RawTag, bytes: Uint8Array): Promise<Ack> {
  tag.publish(topicOf(ALF, "report"), bytes);
  const { topic, payload, qos, retain } = await tag.next("publish");
  expect({ topic, qos, retain }).toEqual({ topic: topicOf(ALF, "ack"), qos: 0, retain: false });
  const decoded = decodeAck(payload as Buffer);
  if (!decoded.ok) throw new Error(decoded.error.reason);
  return decoded.value;
}

async function storedLocations() {
  const range = { from: 0 as UnixSeconds, to: 4_000_000_000 as UnixSeconds, limit: 1_000 };
  const page = await store.forOwner(OWNER).locations(ALF, range);
  if (page === "not-found") throw new Error("no such tag");
  return page.items;
}

describe("a report", () => {
  it("is stored, then acknowledged, and stored once however often it comes", async () => {
    const tag = await startClaimed();
    const ack = { kind: "stored", epoch: 9, through: 10 };
    expect(await answerTo(tag, report(1, 10))).toEqual(ack);
    expect(await storedLocations()).toHaveLength(10);
    expect(await answerTo(tag, report(1, 10))).toEqual(ack);
    expect(await answerTo(tag, report(6, 8))).toEqual({ ...ack, through: 13 });
    expect((await storedLocations()).map(({ number }) => number)).toEqual(
      Array.from({ length: 13 }, (_, i) => i + 1),
    );
    expect(counters.get("entries", "stored")).toBe(13);
  });

  it("behind a hole is acknowledged as a span of its own, until the hole is filled or will never be", async () => {
    const tag = await startClaimed();
    await answerTo(tag, report(1, 2));
    const behind = await answerTo(tag, report(5, 2, { oldest: 3 as EntryNumber }));
    expect(behind).toEqual({ kind: "stored", epoch: 9, through: 2, ahead: { first: 5, last: 6 } });
    expect(await answerTo(tag, report(3, 2))).toEqual({ kind: "stored", epoch: 9, through: 6 });
    expect(await answerTo(tag, report(20, 1))).toEqual({ kind: "stored", epoch: 9, through: 20 });
  });

  it("at QoS 1 gets its PUBACK and its acknowledgement in one record, after the commit", async () => {
    const tag = await startClaimed();
    const chunks: Buffer[] = [];
    tag.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    tag.publish(topicOf(ALF, "report"), report(1, 3), { qos: 1, messageId: 77 });
    expect((await tag.next("puback")).messageId).toBe(77);
    await tag.next("publish");
    expect(chunks).toHaveLength(1);
    expect(await storedLocations()).toHaveLength(3);
  });

  const good = report(1, 5);
  it.each<[string, Uint8Array]>([
    ["empty", new Uint8Array()],
    ["truncated", good.subarray(0, good.length - 1)],
    ["trailing-bytes", Buffer.concat([good, Buffer.of(0)])],
    ["unknown-version", Buffer.concat([good.subarray(0, 2), Buffer.of(3), good.subarray(3)])],
    ["oversized", Buffer.alloc(MAX_REPORT_BYTES + 1)],
    ["wrong-type", Buffer.of(0x80)],
  ])(
    "that is %s is set aside, the tag is told for good, and the next goes through",
    async (reason, bytes) => {
      const tag = await startClaimed();
      const reportCrc = crc32(bytes, 0, bytes.length);
      expect(await answerTo(tag, bytes)).toEqual({ kind: "refused", reason, reportCrc, final: true });
      expect(counters.get("set-aside", reason)).toBe(1);
      expect(lines.join("")).toContain(`"reason":"${reason}"`);
      expect(await answerTo(tag, report(1, 5))).toMatchObject({ kind: "stored", through: 5 });
    },
  );

  it("of a tag without owner is refused for now, and nothing of it is kept", async () => {
    await start();
    await store.registry.register(ALF, "7K2QF-7K2QF-7K2QF-7K2QF-7K2QF", utcNow());
    const tag = await dialAndJoin(port, ALF, alf);
    expect(await answerTo(tag, report(1, 1))).toMatchObject({
      kind: "refused",
      reason: "unclaimed",
      final: false,
    });
    expect(await answerTo(tag, Buffer.from("?"))).toMatchObject({ reason: "unclaimed", final: false });
    await claimTag(store, "bea" as TagId);
    await store.forOwner(OWNER).claim("7K2QF-7K2QF-7K2QF-7K2QF-7K2QF", "Alf");
    expect(await answerTo(tag, report(1, 1))).toMatchObject({ kind: "stored", through: 1 });
  });

  it("is refused for now while the disk is full, and goes through when there is room", async () => {
    await startClaimed();
    await source.close();
    await store.close();
    await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const tag = await dialAndJoin(port, ALF, alf);
    expect(await answerTo(tag, report(1, 1))).toMatchObject({
      kind: "refused",
      reason: "storage-full",
      final: false,
    });
    await source.close();
    await store.close();
    await start();
    expect(await storedLocations()).toEqual([]);
    expect(await answerTo(await dialAndJoin(port, ALF, alf), report(1, 1))).toMatchObject({ through: 1 });
  });

  it("that the store fails on is refused for now, and the session goes on", async () => {
    const tag = await startClaimed();
    const failing = {
      recordReport: () => Promise.reject(Object.assign(new Error(), { code: "SQLITE_IOERR" })),
    };
    await source.close();
    const log = createLog("bridge", { write: (line: string) => void lines.push(line) });
    const shared = { now: utcNow, time: systemTime };
    source = createAedesSource({
      host: "127.0.0.1",
      port: 0,
      tls: authority.bridge,
      onSecurityEvent: () => {},
      ...shared,
    });
    const failingBridge = createBridge({
      store: bind(failing),
      source,
      counters,
      log,
      retentionDays: 30,
      ...shared,
    });
    ({ port } = await source.open(failingBridge.sink));
    await tag.closed;
    const again = await dialAndJoin(port, ALF, alf);
    expect(await answerTo(again, report(1, 1))).toMatchObject({
      kind: "refused",
      reason: "busy",
      final: false,
    });
    expect(lines.join("")).toContain("SQLITE_IOERR");
  });

  it("with suspect fixes is stored, and they are marked", async () => {
    const tag = await startClaimed();
    const fix = { kind: "fix" as const, latE7: 515_000_000 as LatE7, lonE7: 0 as LonE7, accuracyDm: 45 };
    const now = utcNow();
    const entries = [
      { ...fix, at: (now - 120) as UnixSeconds },
      { ...fix, at: (now - 60) as UnixSeconds, latE7: 0 as LatE7 },
      { ...fix, at: (now - 30) as UnixSeconds, latE7: 525_000_000 as LatE7 },
      { ...fix, at: (now + 4_000) as UnixSeconds },
      { ...fix, at: (now - 31 * 86_400) as UnixSeconds },
    ];
    expect(await answerTo(tag, report(1, 5, { entries }))).toMatchObject({ kind: "stored", through: 5 });
    const marks = (await storedLocations()).toSorted((a, b) => a.number - b.number);
    expect(marks.map(({ doubt }) => doubt)).toEqual([
      undefined,
      "null-island",
      "too-fast",
      "future",
      "too-old",
    ]);
    for (const reason of ["null-island", "too-fast", "future", "too-old"])
      expect(counters.get("suspect", reason)).toBe(1);
  });
});

/** The store's methods are a class's: a spread copy has only those that were replaced. */
function bind(failing: Partial<Store["reports"]>): Store["reports"] {
  return new Proxy(store.reports, {
    get: (target, name) => {
      if (name in failing) return Reflect.get(failing, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("a tag", () => {
  it("that nobody registered is refused, and so is one that was revoked while it had a session", async () => {
    await start();
    const stranger = await dial(port, alf);
    stranger.join(ALF);
    expect((await stranger.next("connack")).returnCode).toBe(5);
    await claimTag(store, ALF);
    const tag = await dialAndJoin(port, ALF, alf);
    expect(await store.registry.revoke(ALF, utcNow())).toBe("revoked");
    await source.expelRevoked();
    await tag.closed;
    const again = await dial(port, alf);
    again.join(ALF);
    expect((await again.next("connack")).returnCode).toBe(5);
    expect(counters.get("security", "unknown-tag")).toBe(1);
    expect(counters.get("security", "revoked-tag")).toBe(2);
  });
});

describe("a tag that the store cannot look up", () => {
  it("is not admitted now, and the fault is counted as the store's", async () => {
    await start();
    const fault = Object.assign(new Error(), { code: "SQLITE_IOERR" });
    const failing = bind({ registrationState: () => Promise.reject(fault) });
    const log = createLog("bridge", { write: (line: string) => void lines.push(line) });
    const clocks = { now: utcNow, time: systemTime };
    const { sink } = createBridge({ store: failing, source, counters, log, retentionDays: 30, ...clocks });
    expect(await sink.admit(ALF)).toBe("unavailable");
    expect(counters.get("store-fault", "SQLITE_IOERR")).toBe(1);
    expect(lines.join("")).toContain("SQLITE_IOERR");
  });
});

describe("settings", () => {
  const circle = { kind: "circle" as const, latE7: 515_000_000 as LatE7, lonE7: 0 as LonE7, radiusCm: 5_000 };

  function subscribe(tag: RawTag): void {
    tag.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: topicOf(ALF, "settings"), qos: 1 }],
    });
  }

  async function nextSettings(tag: RawTag): Promise<Settings> {
    const { topic, payload, qos, retain, messageId } = await tag.next("publish");
    expect({ topic, qos, retain }).toEqual({ topic: topicOf(ALF, "settings"), qos: 1, retain: false });
    tag.send({ cmd: "puback", messageId: messageId ?? 0 });
    const decoded = decodeSettings(payload as Buffer);
    if (!decoded.ok) throw new Error(decoded.error.reason);
    return decoded.value;
  }

  async function say(tag: RawTag, status: Partial<Status>): Promise<void> {
    const whole = { online: true, settingsVersion: 0, firmware: "1.0.0", ...status };
    tag.publish(topicOf(ALF, "status"), encodeStatus(whole), { qos: 1, messageId: 9 });
    await tag.next("puback");
  }

  async function nothingComes(tag: RawTag): Promise<void> {
    tag.send({ cmd: "pingreq" });
    await tag.next("pingresp");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tag.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
  }

  it("reach a connected tag when its owner changes them, and the tag's word reaches the owner", async () => {
    const tag = await startClaimed();
    subscribe(tag);
    const first = await nextSettings(tag);
    await say(tag, { settingsVersion: first.version });
    await bridge.tick();
    const draft = { name: "home", shape: circle, tagIds: [ALF] };
    expect(await store.forOwner(OWNER).createGeofence(draft)).toMatchObject({ kind: "written" });
    await bridge.tick();
    const second = await nextSettings(tag);
    expect(second.version).toBeGreaterThan(first.version);
    expect(second.geofences).toMatchObject([circle]);
    await say(tag, { settingsVersion: second.version });
    await bridge.tick();
    await nothingComes(tag);
    const known = await store.forOwner(OWNER).tag(ALF);
    expect(known).toMatchObject({ settings: { wanted: second.version, reported: second.version } });
  });

  it("are sent again to a tag that comes back with others, not to one that refused them", async () => {
    const tag = await startClaimed();
    subscribe(tag);
    const { version } = await nextSettings(tag);
    tag.socket.destroy();
    await until(() => source.sessions === 0, "the end of the session");
    const again = await dialAndJoin(port, ALF, alf);
    await say(again, { settingsVersion: 0, refusedSettings: { version, reason: "too-many" } });
    subscribe(again);
    await again.next("suback");
    await nothingComes(again);
    await say(again, { settingsVersion: 0 });
    expect((await nextSettings(again)).version).toBe(version);
  });

  it("and a status that cannot be read is counted, and ends nothing", async () => {
    const tag = await startClaimed();
    tag.publish(topicOf(ALF, "status"), Buffer.from("?"), { qos: 1, messageId: 3 });
    await tag.next("puback");
    expect([...counters.counts.keys()].some((name) => name.startsWith("bad-status."))).toBe(true);
    expect(await answerTo(tag, report(1, 1))).toMatchObject({ kind: "stored" });
  });
});
