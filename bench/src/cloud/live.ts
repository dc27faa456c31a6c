import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { fixAt, record } from "@purrimeter/cloud-api/testing/test-reports";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { CommitNotices } from "@purrimeter/service/commit-notices";
import { listenMetrics } from "@purrimeter/service/listen-metrics";
import { Metrics } from "@purrimeter/service/metrics";
import { systemTime } from "@purrimeter/service/system-time";
import { openStore, type Store } from "@purrimeter/store/open-store";

/** What is wanted of the slowest hundredth. */
const LIMIT_MS = 50;

const STREAMS_AN_ACCOUNT = 8;
const REPORTS_A_SECOND = 25;

/** A case of the benchmark. */
export interface LiveLine {
  readonly bench: "live";
  readonly case: string;
  readonly streams: number;
  readonly events: number;
  readonly missing: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly limitMs: number;
  /** Above 1: faster than the limit. */
  readonly ratio: number;
  readonly cpuMicrosPerEvent: number;
  /** Processor time of the API with the streams open and no news, in percent of a core. */
  readonly idlePercent: number;
  readonly kibPerStream: number;
}

interface Ready {
  readonly port: number;
  readonly authority: string;
  readonly followed: readonly { readonly tag: TagId; readonly token: string }[];
  readonly place: { readonly folder: string; readonly databaseKey: string; readonly ringKey: string };
  readonly nowS: number;
}

interface Used {
  readonly microseconds: number;
  readonly bytes: number;
}

async function usedBy(child: ChildProcess): Promise<Used> {
  child.send("used");
  const [used] = (await once(child, "message")) as [Used];
  return used;
}

/** The process that commits: here, beside the clients, with the notices that the bridge gives. */
function openWriter({ place, nowS }: Ready, committed: () => void): Store {
  return openStore({
    path: join(place.folder, "locations.db"),
    databaseKey: Buffer.from(place.databaseKey, "hex"),
    keyRing: openSealedKeyFile(join(place.folder, "owners.keys"), Buffer.from(place.ringKey, "hex")),
    now: () => nowS as UnixSeconds,
    monotonicMs: () => performance.now(),
    mayMigrate: false,
    minFreeBytes: 0,
    reserveBytes: 0,
    committed,
  });
}

/** Opens a stream and tells of each location by its number, which is in its latitude. */
async function follow(
  { port, authority, followed }: Ready,
  i: number,
  heard: (tag: string, step: number) => void,
): Promise<TLSSocket> {
  const { tag, token } = followed[i % followed.length] as Ready["followed"][number];
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: authority });
  await once(socket, "secureConnect");
  socket.setNoDelay(true).setEncoding("latin1");
  const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const head = `Host: localhost\r\nAuthorization: Bearer ${token}\r\nX-Forwarded-For: ${address}\r\n\r\n`;
  socket.write(`GET /v1/tags/${tag}/live HTTP/1.1\r\n${head}`);
  const [first] = (await once(socket, "data")) as [string];
  if (!first.startsWith("HTTP/1.1 200")) throw new Error(first.slice(0, 200));
  let rest = "";
  socket.on("data", (chunk: string) => {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n\n");
    for (const [, degrees] of text.slice(0, end + 1).matchAll(/"lat":([0-9.]+)/g))
      heard(tag, Math.round((Number(degrees) - 1) * 1e7));
    rest = end < 0 ? text : text.slice(end + 2);
  });
  return socket;
}

/** Reports of the tags in turn, so many a second; resolves when all are committed. Gives when each was. */
async function write(store: Store, { followed, nowS }: Ready, reports: number): Promise<Map<string, number>> {
  const committedMs = new Map<string, number>();
  const beganMs = performance.now();
  for (let i = 0; i < reports; i++) {
    const { tag } = followed[i % followed.length] as Ready["followed"][number];
    const number = Math.floor(i / followed.length) + 1;
    const waitMs = beganMs + (i * 1_000) / REPORTS_A_SECOND - performance.now();
    if (waitMs > 0) await new Promise((resolve) => void setTimeout(resolve, waitMs));
    await record(store, tag, [fixAt(nowS - 1_000 + number, number)], { first: number });
    committedMs.set(`${tag} ${number}`, performance.now());
  }
  return committedMs;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

async function measure(name: string, streams: number, seconds: number, isTold: boolean): Promise<LiveLine> {
  const notices = new CommitNotices(systemTime);
  const readiness = () => Promise.resolve({ status: "ready" as const, checks: {} });
  const listener = await listenMetrics({
    port: 0,
    metrics: new Metrics("bench"),
    readiness,
    commits: notices,
  });
  const url = isTold ? `http://127.0.0.1:${listener.port}` : "poll";
  const accounts = Math.ceil(streams / STREAMS_AN_ACCOUNT);
  const server = join(import.meta.dirname, "live-server.ts");
  const child = fork(server, [`${accounts}`, url], { execArgv: [] });
  try {
    const [ready] = (await once(child, "message")) as [Ready];
    const heardMs: [string, number][] = [];
    const heard = (tag: string, step: number): void =>
      void heardMs.push([`${tag} ${step}`, performance.now()]);
    const before = await usedBy(child);
    const sockets: TLSSocket[] = [];
    for (let i = 0; i < streams; i++) sockets.push(await follow(ready, i, heard));
    const quiet = await usedBy(child);
    await new Promise((resolve) => void setTimeout(resolve, 3_000));
    const idle = await usedBy(child);
    const store = openWriter(ready, () => notices.committed());
    // The first ones warm up and do not count.
    const warm = accounts;
    const committedMs = await write(store, ready, warm + seconds * REPORTS_A_SECOND);
    const events = (committedMs.size * streams) / accounts;
    for (let i = 0; i < 300 && heardMs.length < events; i++)
      await new Promise((resolve) => void setTimeout(resolve, 20));
    const used = await usedBy(child);
    await store.close();
    for (const socket of sockets) socket.destroy();
    const counted = heardMs.filter(([place]) => !place.endsWith(" 1"));
    const tookMs = counted.map(([place, atMs]) => Math.max(0, atMs - (committedMs.get(place) ?? atMs)));
    const sorted = tookMs.toSorted((a, b) => a - b);
    const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
    const busyUs = used.microseconds - idle.microseconds;
    return {
      ...{ bench: "live", case: name, streams, events: heardMs.length, missing: events - heardMs.length },
      ...{ p50Ms, p99Ms, limitMs: LIMIT_MS, ratio: LIMIT_MS / p99Ms },
      cpuMicrosPerEvent: busyUs / heardMs.length,
      idlePercent: (idle.microseconds - quiet.microseconds) / 3e4,
      kibPerStream: (quiet.bytes - before.bytes) / streams / 1_024,
    };
  } finally {
    child.disconnect();
    await listener.close();
  }
}

/**
 * Streams on one process of the API, over TLS 1.3, each with one tag; from the commit in another process to the event at the
 * client. Eight streams follow each tag. Held against the limit; and against polling, which is what there is without notices.
 */
export async function* benchLive({ isQuick }: { readonly isQuick: boolean }): AsyncGenerator<LiveLine> {
  const [streams, seconds] = isQuick ? [200, 3] : [2_000, 15];
  yield await measure("told of commits", streams, seconds, true);
  yield await measure("polled", streams, seconds, false);
}
