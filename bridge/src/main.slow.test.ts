import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { unrefused } from "@purrimeter/certs/refusal";
import { revoke } from "@purrimeter/certs/revoke";
import type { TagId } from "@purrimeter/protocol/values";
import { startBridgeProcess, writeProcessFiles, type BridgeProcess } from "./testing/bridge-process.ts";
import { dial, dialAndJoin } from "./testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, type TestStore } from "./testing/test-store.ts";

const ALF = "alf" as TagId;

let authority: TestAuthority;
let alf: Credentials;
let files: TestStore;
let running: BridgeProcess | undefined;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
beforeEach(async () => {
  files = createTestStore();
  const store = files.open();
  await claimTag(store, ALF);
  await store.close();
});
afterEach(() => {
  running?.child.kill("SIGKILL");
  running = undefined;
  files.remove();
});

async function complaintOf(changes: object): Promise<string> {
  const starting = startBridgeProcess(writeProcessFiles(files, authority, changes));
  return starting.then(
    () => "started",
    (error: unknown) => String(error),
  );
}

it("says that it is up, takes tags, and stops in order at SIGTERM", async () => {
  running = await startBridgeProcess(writeProcessFiles(files, authority));
  const tag = await dialAndJoin(running.port, ALF, alf);
  running.child.kill("SIGTERM");
  const [code] = (await once(running.child, "exit")) as [number];
  expect(code).toBe(0);
  await tag.closed;
});

it("ends the session of a certificate that is revoked while it runs", async () => {
  running = await startBridgeProcess(writeProcessFiles(files, authority));
  const [bea] = (await authority.tags(["bea"])) as [Credentials];
  const store = files.open();
  await claimTag(store, "bea" as TagId);
  await store.close();
  const tag = await dialAndJoin(running.port, "bea", bea);
  unrefused(revoke(authority.files, "bea", new Date()));
  await tag.closed;
  const again = dial(running.port, bea).then((one) => one.next("connack"));
  await expect(again).rejects.toThrow();
});

it("gives its counts on a port of this machine, the listener of TLS 1.2 among them", async () => {
  const changes = { metrics: { port: 0 }, tls12: { port: 0 } };
  running = await startBridgeProcess(writeProcessFiles(files, authority, changes));
  const text = await (await fetch(`http://127.0.0.1:${running.metricsPort}/metrics`)).text();
  expect(text).toContain("purrimeter_bridge_sessions 0\n");
  expect(text).toContain('purrimeter_bridge_listeners_total{reason="tls12"} 1\n');
  expect(text).toContain("process_resident_memory_bytes");
});

it("names the port that is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  expect(await complaintOf({ port })).toBe(`Error: exit code 1: bridge: port ${port} is in use\n`);
  other.close();
});

it("says so when the database's key is wrong", async () => {
  const process = writeProcessFiles(files, authority);
  writeFileSync(join(process.secrets, "database-key"), "ab".repeat(32));
  const failure = await startBridgeProcess(process).catch(String);
  expect(failure).toMatch(/^Error: exit code 1: bridge: .*key.*\n$/);
});

it.each([
  ["a field that it does not know", { colour: "red" }, "colour"],
  ["a port that is none", { port: 70_000 }, "port"],
  [
    "a certificate that is not there",
    { tls: { certificate: "/none.pem", clientAuthority: "/none.pem" } },
    "/none.pem",
  ],
])("names %s in its configuration", async (_what, changes, named) => {
  const complaint = await complaintOf(changes);
  expect(complaint).toMatch(/^Error: exit code 1: bridge: .*\n$/);
  expect(complaint).toContain(named);
});
