import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { RamFlash } from "@purrimeter/device/ram-flash";
import { Cloud } from "@purrimeter/device/testing/tag-rig";
import { SOUND, type ModemFaults } from "@purrimeter/device/testing/simulated-modem";
import { until } from "@purrimeter/device/testing/until";
import { createLog } from "@purrimeter/service/log";
import { encodeAck } from "@purrimeter/protocol/ack";
import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createAedesSource } from "./broker/aedes-source.ts";
import { DEFAULT_LIMITS } from "./broker/bridge-limits.ts";
import { createBridgeCounters } from "./metrics/bridge-counters.ts";
import { createBridge } from "./bridge.ts";
import { HEAD_START_S, ModemTag } from "./testing/modem-tag.ts";
import { openTestSource, utcNow } from "./testing/open-test-source.ts";
import { RecordingSink } from "./testing/recording-sink.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, OWNER } from "./testing/test-store.ts";

const TOM = "tom" as TagId;
const SECOND_MS = 10;
/** The usual limit of sessions at the tag's pace: its second lasts that long here. */
const { burst, perSecond } = DEFAULT_LIMITS.sessionsPerCertificate;
const limits = { sessionsPerCertificate: { burst, perSecond: (perSecond * 1_000) / SECOND_MS } };
/** Of the tag's time. */
const FAULTS_MS = 400_000;
const RECOVERY_MS = 1_500_000;

let authority: TestAuthority;
let tom: Credentials;

beforeAll(async () => {
  // The modem compares the bridge's certificate with the tag's time.
  authority = await createTestAuthority(new Date(Date.now() - HEAD_START_S * 1_000));
  [tom] = (await authority.tags([TOM])) as [Credentials];
});
afterAll(() => authority.remove());

/** A sink that stores as the bridge does, and fails the test when a number is given to two entries. */
class CloudSink extends RecordingSink {
  readonly cloud = new Cloud();
  readonly faults: unknown[] = [];

  override report(_tag: TagId, bytes: Uint8Array): Promise<Uint8Array> {
    try {
      return Promise.resolve(encodeAck(this.cloud.take(bytes)));
    } catch (error) {
      this.faults.push(error);
      return new Promise(() => undefined);
    }
  }
}

it("a tag's fixes go through its modem's TLS 1.2 into the store, and its journal is free again", async () => {
  const files = createTestStore();
  const store = files.open();
  await claimTag(store, TOM);
  const log = createLog("bridge", { write: () => undefined });
  const shared = { now: utcNow, time: systemTime, log, counters: createBridgeCounters() };
  const source = createAedesSource({
    host: "127.0.0.1",
    port: 0,
    tls12: { port: 0 },
    limits,
    tls: authority.bridge,
    onSecurityEvent: (event) => expect.unreachable(event),
    ...shared,
  });
  const bridge = createBridge({ store: store.reports, source, retentionDays: 30, ...shared });
  const { tls12Port = 0 } = await source.open(bridge.sink);
  const tag = new ModemTag(TOM, tls12Port, tom, { secondMs: SECOND_MS });
  await until("fixes", () => tag.firmware.stats.acknowledged > 5 && tag.pending === 0);
  const { fixes } = tag.firmware.stats;
  tag.stop();
  const stored = store.forOwner(OWNER);
  expect(stored).toBeDefined();
  expect(shared.counters.get("entries", "stored")).toBeGreaterThanOrEqual(fixes);
  expect(shared.counters.get("set-aside")).toBe(0);
  await source.close();
  await store.close();
  files.remove();
});

it("a tag whose certificate has expired keeps its journal, asks more and more rarely, and sends all of it with a new one", async () => {
  const sixYearsAgo = new Date(Date.now() - 6 * 365 * 86_400_000);
  const [expired] = (await authority.tags([TOM], sixYearsAgo)) as [Credentials];
  const sink = new CloudSink();
  const {
    source,
    tls12Port = 0,
    events,
  } = await openTestSource(authority.bridge, { tls12: { port: 0 }, limits }, sink);
  const flash = new RamFlash(512, 40);
  const before = new ModemTag(TOM, tls12Port, expired, { secondMs: SECOND_MS, flash });
  await until("refusals", () => before.link.failures.length > 2);
  expect(new Set(before.link.failures)).toEqual(new Set(["refused"]));
  expect(events).toContain("handshake-failed");
  await until("a journal", () => before.pending > 10);
  expect([before.firmware.stats.acknowledged, sink.cloud.stored.size]).toEqual([0, 0]);
  const { pending } = before;
  before.stop();
  const after = new ModemTag(TOM, tls12Port, tom, { secondMs: SECOND_MS, flash });
  await until("the rest", () => after.pending === 0 && sink.cloud.stored.size >= pending);
  expect(sink.faults).toEqual([]);
  after.stop();
  await source.close();
});

const NOISE = [
  "\r\n+CADATAIND: 0\r\n",
  "\r\nOK\r\n",
  "\r\nERROR\r\n",
  "\r\n> ",
  "\r\n+CARECV: 9\r\n",
  "\r\n+CARECV: 9,",
  `\r\n${"x".repeat(300)}\r\n`,
];

/** A modem that errs so often (0 to 1), as the numbers say: always, or only while bytes go to and fro. */
function errors(next: () => number, rate: number, inTransfers: boolean): Partial<ModemFaults> {
  let command = "";
  const errs = (share = 1): boolean => {
    const number = next();
    return number < rate * share && (!inTransfers || /CASEND|CARECV/.test(command));
  };
  return {
    copies: () => (errs() ? (next() < 0.5 ? 0 : 2) : 1),
    noise: () => (errs() ? (NOISE[Math.floor(next() * NOISE.length)] ?? "") : ""),
    cut: (length) => Math.ceil(next() * length),
    mishap: (begun) => {
      command = begun;
      if (!errs(0.5)) return "none";
      return (["error", "silence", "restart"] as const)[Math.floor(next() * 3)] ?? "error";
    },
  };
}

/** Mulberry32: the same numbers from the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it("whatever a modem loses, repeats, cuts or invents: no entry is lost or changed, and it is never stuck", async () => {
  const seeds = fc.oneof(
    fc.record({ seed: fc.nat(), rate: fc.constantFrom(0.002, 0.01), inTransfers: fc.constant(false) }),
    fc.record({ seed: fc.nat(), rate: fc.constantFrom(0.02, 0.1), inTransfers: fc.constant(true) }),
  );
  const property = fc.asyncProperty(seeds, async ({ seed, rate, inTransfers }) => {
    const sink = new CloudSink();
    const { source, tls12Port = 0 } = await openTestSource(
      authority.bridge,
      { tls12: { port: 0 }, limits },
      sink,
    );
    const faults = errors(randomOf(seed), rate, inTransfers);
    const tag = new ModemTag(TOM, tls12Port, tom, { faults, secondMs: SECOND_MS });
    try {
      await until("a walk with faults", () => tag.link.clock.monotonicMs() > FAULTS_MS);
      tag.link.modem.faults = SOUND;
      // The cat walks on meanwhile: what counts is what was written until now.
      const { entries } = tag.firmware.stats;
      const byMs = tag.link.clock.monotonicMs() + RECOVERY_MS;
      const isAcknowledged = (): boolean => tag.firmware.stats.acknowledged >= entries;
      await until(
        "acknowledgements",
        () => isAcknowledged() || sink.faults.length > 0 || tag.link.clock.monotonicMs() > byMs,
      );
      expect(isAcknowledged(), `${entries} entries after ${tag.link.failures.join(" ")}`).toBe(true);
      expect(sink.faults).toEqual([]);
      for (let number = 1; number <= entries; number++) expect(sink.cloud.stored.has(number)).toBe(true);
    } finally {
      tag.stop();
      await source.close();
    }
  });
  await fc.assert(property, { numRuns: 4 * inject("testTimes"), endOnFailure: true });
});
