import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommitNotices, MAX_COMMIT_LISTENERS } from "../metrics/commit-notices.ts";
import { listenMetrics, type MetricsListener } from "../metrics/listen-metrics.ts";
import { Metrics } from "../metrics/metrics.ts";
import { dialTcp, exchange } from "../testing/raw-exchange.ts";
import type { Time } from "../time/time.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { COMMITS_MEDIA_TYPE } from "../http/commits-media-type.ts";
import { followCommits, type Commits } from "./follow-commits.ts";

const ended: (() => Promise<void> | void)[] = [];
let time: ManualTime;
let heard: number;
/** Timers that the follower asked for, ms. */
let waits: number[];

beforeEach(() => {
  time = new ManualTime();
  heard = 0;
  waits = [];
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function listening(port = 0): Promise<MetricsListener & { notices: CommitNotices }> {
  const notices = new CommitNotices(time);
  const readiness = () => Promise.resolve({ status: "ready" as const, checks: {} });
  const listener = await listenMetrics({ port, metrics: new Metrics("test"), readiness, commits: notices });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await listener.close();
    isClosed = true;
  };
  ended.push(close);
  return { ...listener, close, notices };
}

async function other(answer: RequestListener): Promise<Server> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

function following(port: number): Commits {
  const url = `http://127.0.0.1:${port}`;
  const watched: Time = {
    utcMs: () => time.utcMs(),
    utcS: () => time.utcS(),
    monotonicMs: () => time.monotonicMs(),
    every: (ms, work) => time.every(ms, work),
    after: (ms, work) => {
      waits.push(ms);
      return time.after(ms, work);
    },
  };
  const commits = followCommits({ url, time: watched, onCommit: () => void heard++ });
  ended.push(() => commits.close());
  return commits;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const until = (what: () => unknown) => expect.poll(what, { timeout: 30_000, interval: 5 });

test("hears of commits, of several within 5 ms once", async () => {
  const { notices, port } = await listening();
  const commits = following(port);
  await until(() => heard).toBe(1);
  expect(commits.isConnected).toBe(true);
  time.advance(5);
  notices.committed();
  await until(() => heard).toBe(2);
  for (let i = 0; i < 1_000; i++) notices.committed();
  time.advance(4);
  expect(time.pending, "the notice, and timers of both ends").toBe(3);
  time.advance(1);
  await until(() => heard).toBe(3);
  time.advance(100);
  notices.committed();
  await until(() => heard).toBe(4);
});

test("is silent without commits, but for a heartbeat", async () => {
  const { port } = await listening();
  following(port);
  await until(() => heard).toBe(1);
  for (let beats = 2; beats < 6; beats++) {
    time.advance(5_000);
    await until(() => heard).toBe(beats);
  }
});

test("comes back when the process is started again, with a notice for what came meanwhile", async () => {
  const first = await listening();
  const commits = following(first.port);
  await until(() => heard).toBe(1);
  await first.close();
  await until(() => commits.isConnected).toBe(false);
  await until(() => waits.at(-1)).toBe(100);
  time.advance(100);
  await until(() => waits.at(-1)).toBe(200);
  await listening(first.port);
  time.advance(200);
  await until(() => heard).toBe(2);
  expect(commits.isConnected).toBe(true);
});

test.each<[string, RequestListener]>([
  [
    "another status",
    (_, outgoing) => void outgoing.writeHead(404, { "content-type": COMMITS_MEDIA_TYPE }).end("\n"),
  ],
  [
    "another media type",
    (_, outgoing) => void outgoing.writeHead(200, { "content-type": "text/html" }).end("\n"),
  ],
  ["a redirect", (_, outgoing) => void outgoing.writeHead(302, { location: "/metrics" }).end()],
  ["no HTTP", ({ socket }) => void socket.end("nonsense\n")],
  ["nothing, and hangs up", ({ socket }) => void socket.destroy()],
])("takes %s for no notice, and asks less and less often", async (_, answer) => {
  let asked = 0;
  const server = await other((incoming, outgoing) => {
    asked++;
    answer(incoming, outgoing);
  });
  const commits = following(portOf(server));
  for (const waitMs of [100, 200, 400]) {
    await until(() => waits.at(-1)).toBe(waitMs);
    const before = asked;
    time.advance(waitMs - 1);
    expect(asked).toBe(before);
    time.advance(1);
    await until(() => asked).toBe(before + 1);
  }
  expect([heard, commits.isConnected]).toEqual([0, false]);
});

test.each([
  ["answers nothing", 2_000, undefined],
  ["says nothing after its answer", 12_000, { "content-type": COMMITS_MEDIA_TYPE }],
])("leaves a process that hangs: %s", async (_, waitMs, head) => {
  let asked = 0;
  const server = await other((_incoming, outgoing) => {
    asked++;
    if (head !== undefined) outgoing.writeHead(200, head).flushHeaders();
  });
  following(portOf(server));
  await until(() => asked).toBe(1);
  const closed = new Promise((resolve) => void server.once("connection", resolve));
  for (let i = 0; i < 40 && asked < 2; i++) {
    time.advance(waitMs / 4);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  await closed;
  await until(() => asked).toBeGreaterThan(1);
  expect(heard).toBe(0);
});

test("leaves a process that floods", async () => {
  let isEnded = false;
  const server = await other((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": COMMITS_MEDIA_TYPE });
    outgoing.on("close", () => (isEnded = true));
    const more = (): void => {
      while (!isEnded && outgoing.write("\n".repeat(1_000)));
    };
    outgoing.on("drain", more);
    more();
  });
  const commits = following(portOf(server));
  await until(() => isEnded).toBe(true);
  expect(commits.isConnected).toBe(false);
  expect(heard).toBeLessThan(4_097);
});

test("asks nobody but this machine", () => {
  for (const url of ["http://192.0.2.1:9100", "https://127.0.0.1:9100", "http://localhost:9100"])
    expect(() => followCommits({ url, time, onCommit: () => undefined })).toThrow(RangeError);
});

test("a listener has few followers, whatever else it answers, and pages are none", async () => {
  const { notices, port } = await listening();
  for (let i = 0; i < MAX_COMMIT_LISTENERS; i++) following(port);
  await until(() => notices.listeners).toBe(MAX_COMMIT_LISTENERS);
  const ask = async (path: string, more = "") =>
    exchange(
      await dialTcp(port),
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Connection: close\r\n\r\n`,
    );
  expect(await ask("/commits")).toMatch(/^HTTP\/1\.1 503 /);
  expect(await ask("/healthz")).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask("/commits", "Origin: http://localhost\r\n")).toMatch(/^HTTP\/1\.1 403 /);
  await ended.pop()?.();
  await until(() => notices.listeners).toBe(MAX_COMMIT_LISTENERS - 1);
});

test("cuts a follower that reads nothing, and others do not wait", async () => {
  const notices = new CommitNotices(time);
  let isCorked = true;
  const server = await other((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": COMMITS_MEDIA_TYPE });
    notices.add(outgoing);
    // As if its socket took nothing.
    if (isCorked) outgoing.cork();
    isCorked = false;
  });
  following(portOf(server));
  await until(() => notices.listeners).toBe(1);
  following(portOf(server));
  await until(() => [notices.listeners, heard > 0]).toEqual([2, true]);
  for (let i = 0; i < 1_000 && notices.listeners > 1; i++) {
    time.advance(5);
    notices.committed();
    await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(notices.listeners).toBe(1);
  await until(() => heard).toBeGreaterThan(1);
});
