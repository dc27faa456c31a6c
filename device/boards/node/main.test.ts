import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nmea, NOON_S, TAG } from "../../core/testing/tag-rig.ts";
import { until } from "../../core/testing/until.ts";
import { decodeReport } from "@purrimeter/protocol/report";
import { topicOf } from "@purrimeter/protocol/topics";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { TestAuthority, TestBroker } from "./testing/test-broker.ts";

const MAIN = join(import.meta.dirname, "main.ts");

let authority: TestAuthority;
let broker: TestBroker;
let folder: string;
let config: Record<string, unknown>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  authority = new TestAuthority("test");
  folder = mkdtempSync(join(tmpdir(), "tag-"));
  broker = await TestBroker.listen({ ...authority.issue("bridge", "serverAuth"), ca: authority.certificate });
  const { key, cert } = authority.issue(TAG, "clientAuth");
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  config = {
    tag: TAG,
    host: "127.0.0.1",
    port: broker.port,
    certificate: file("tag.pem", cert),
    key: file("tag.key", key),
    authority: file("authority.pem", authority.certificate),
    flash: join(folder, "flash.bin"),
    nmea: "-",
  };
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(async () => {
  await broker.close();
  authority.dispose();
  rmSync(folder, { recursive: true });
});

function start(more: Record<string, unknown> = {}): { child: ChildProcess; errors: () => string } {
  const path = join(folder, "tag.json");
  writeFileSync(path, JSON.stringify({ ...config, ...more }));
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(NOON_S) };
  const child = spawn(process.execPath, [MAIN, "--config", path], { env, stdio: ["pipe", "ignore", "pipe"] });
  children.push(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return { child, errors: () => said };
}

function reportedKinds(): string[] {
  const prefix = `${topicOf(TAG, "report")}=`;
  const reports = broker.received.filter((line) => line.startsWith(prefix));
  return reports.flatMap((line) => {
    const report = decodeReport(Buffer.from(line.slice(prefix.length), "hex"));
    return report.ok ? report.value.entries.map((entry) => entry.kind) : ["undecodable"];
  });
}

it("a tag on a PC reports what its receiver says, keeps it over a restart, and stops when it is told to", async () => {
  const first = start();
  await until("the session", () => broker.subscriptions.size === 3);
  first.child.stdin?.end(nmea(NOON_S, 52, 5));
  await until("the end of the input", () => first.errors().includes("the receiver sends no more"));
  first.child.kill("SIGTERM");
  const [code] = (await once(first.child, "exit")) as [number];
  expect([code, first.errors().split("\n")[1]]).toEqual([0, "1 fixes, 2 entries, 0 acknowledged, 2 pending"]);
  start();
  await until("the fix", () => reportedKinds().includes("fix"));
  expect(reportedKinds().filter((kind) => kind === "fix")).toHaveLength(1);
});

it.each([
  [{ tag: "a b" }, /"tag" is 1 to 32/],
  [{ port: 70_000 }, /"port" is a whole number/],
  [{ key: "" }, /"key" is missing/],
  [{ key: "/nowhere/tag.key" }, /cannot read \/nowhere\/tag.key: ENOENT/],
])("a wrong configuration is one clear line: %j", async (more, line) => {
  const { child, errors } = start(more);
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(1);
  expect(errors()).toMatch(line);
  expect(errors().trim().split("\n")).toHaveLength(1);
});
