import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import type { Store } from "@purrimeter/store/open-store";
import { createBridge } from "./bridge.ts";
import { createAedesSource, type AedesSource } from "./broker/aedes-source.ts";
import { logSecurityEvents } from "./broker/log-security-events.ts";
import { createBridgeCounters } from "./metrics/bridge-counters.ts";
import { utcNow } from "./testing/open-test-source.ts";
import { dial } from "./testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "./testing/test-store.ts";

const [ALF, BEA] = ["alf" as TagId, "bea" as TagId];

let authority: TestAuthority;
let alf: Credentials;
let files: TestStore;
let store: Store;
let source: AedesSource;
let port: number;
const counters = createBridgeCounters();
const log = createLog("bridge", { write: () => undefined });

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
  files = createTestStore();
  store = files.open();
  for (const tag of [ALF, BEA]) await claimTag(store, tag);
  const shared = { now: utcNow, time: systemTime };
  const onSecurityEvent = logSecurityEvents(counters, log, () => performance.now());
  source = createAedesSource({
    host: "127.0.0.1",
    port: 0,
    tls: authority.bridge,
    onSecurityEvent,
    ...shared,
  });
  const bridge = createBridge({ store: store.reports, source, counters, log, retentionDays: 30, ...shared });
  ({ port } = await source.open(bridge.sink));
});
afterAll(async () => {
  await source.close();
  await store.close();
  files.remove();
  authority.remove();
});

async function shownAt(tag: TagId): Promise<number | undefined> {
  const shown = await store.forOwner(OWNER).tag(tag);
  return shown === "not-found" ? undefined : shown.manySessionsAt;
}

test("clones that end each other's sessions show in a security event, and as a warning to the tag's owner", async () => {
  const begunAt = utcNow();
  while (counters.get("security", "session-rate") < 3) {
    const clone = await dial(port, alf);
    clone.join(ALF);
    await clone.next("connack").catch((error: unknown) => error);
  }
  await vi.waitFor(async () => expect(await shownAt(ALF)).toBeGreaterThanOrEqual(begunAt), 30_000);
  expect(counters.get("security", "second-session")).toBeGreaterThan(10);
  expect(await shownAt(BEA)).toBeUndefined();
});
