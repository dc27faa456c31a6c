import { CommitNotices } from "@purrimeter/service/commit-notices";
import { listenMetrics } from "@purrimeter/service/listen-metrics";
import { Metrics } from "@purrimeter/service/metrics";
import { systemTime } from "@purrimeter/service/system-time";
import type { EntryNumber, Epoch, GeofenceRef, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AlertsFixture, ZONES } from "./alerts-fixture.ts";

/** What is wanted of the slowest hundredth. */
const LIMIT_MS = 500;

const TAGS = 500;
const OTHERS = 100_000;

/** Tags that leave before any is counted: V8 compiles the way of an alert meanwhile. */
const WARM_TAGS = 100;
const ALERTS_A_SECOND = 50;

/** Longest wait for what is still under way. */
const PATIENCE_MS = 120_000;

/** Of Linux's /proc/PID/stat. */
const TICK_MS = 10;

/** A case of the benchmark. */
export interface AlertsLine {
  readonly bench: "alerts";
  readonly case: string;
  /** From the report's arrival to the first message at its endpoint. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Alerts that arrived, by the time from the first report to the last message. */
  readonly perSecond: number;
  readonly limitMs: number;
  /** Above 1: faster than the limit. */
  readonly ratio: number;
  readonly alerts: number;
  readonly missing: number;
  /** Processor time of `alerts` and `notifier` together. */
  readonly cpuMsPerAlert: number;
}

/** The endpoint of all owners: a server over TLS that notes when a message came. */
async function startReceiver(fixture: AlertsFixture, arrived: (tag: string) => void) {
  const { key, chain } = fixture.certificateOf("receiver");
  const server = createServer({ key: readFileSync(key), cert: readFileSync(chain) }, (incoming, outgoing) => {
    void json(incoming).then((body) => {
      arrived((body as { data: { tag: string } }).data.tag);
      outgoing.writeHead(204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `https://localhost:${(server.address() as AddressInfo).port}/hook` };
}

const MAINS = {
  alerts: import.meta.resolve("@purrimeter/alerts/main"),
  notifier: import.meta.resolve("@purrimeter/notifier/main"),
};

async function startService(
  fixture: AlertsFixture,
  name: "alerts" | "notifier",
  config: object,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const main = fileURLToPath(MAINS[name]);
  const tls = { certificate: fixture.certificateOf(name).chain, authority: fixture.serviceAuthority };
  const path = fixture.write(name, { host: "127.0.0.1", port: 0, tls, ...config });
  const env = { CREDENTIALS_DIRECTORY: fixture.secretsOf(name) };
  const child = fork(main, ["--config", path], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} did not start`);
  });
  const [message] = (await Promise.race([once(child, "message"), ended])) as [{ readonly port: number }];
  ended.catch(() => undefined);
  return { child, port: message.port };
}

function cpuMs({ pid }: ChildProcess): number {
  const fields =
    readFileSync(`/proc/${pid ?? 0}/stat`, "latin1")
      .split(") ")[1]
      ?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** A tag says that it has left one of its zones. */
async function leave(store: Store, tag: string, zone: number): Promise<void> {
  const at = Math.floor(Date.now() / 1_000) as UnixSeconds;
  const sides = { from: "inside", to: "outside", lastKnown: "inside" } as const;
  const number = (zone + 1) as EntryNumber;
  const change = {
    kind: "transition",
    at,
    geofence: zone as GeofenceRef,
    ...sides,
    evidenceFrom: number,
  } as const;
  const entries = [{ ...change, settingsVersion: ZONES + 1 }];
  const received = { at, atMs: Date.now(), suspect: undefined };
  const report = { epoch: 7 as Epoch, first: number, oldest: 1 as EntryNumber, entries };
  const outcome = await store.reports.recordReport(tag as TagId, report, received);
  if (outcome.kind !== "stored") throw new Error(`refused: ${outcome.reason}`);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** `notifier` and `alerts`, in the order of their start. */
async function startServices(fixture: AlertsFixture, commitsPort: number): Promise<readonly ChildProcess[]> {
  const folder = join(fixture.folder, "mails");
  mkdirSync(folder);
  const notifier = await startService(fixture, "notifier", {
    mail: { folder, from: "bench@purrimeter.example" },
    push: { subject: "mailto:bench@purrimeter.example", navigate: "https://localhost/" },
    allowedNetworks: ["127.0.0.0/8", "::1/128"],
    authority: fixture.authority,
  });
  const alerts = await startService(fixture, "alerts", {
    ...{ database: fixture.database, keyRing: fixture.keyRing },
    // Nobody is told by mail here, so that nobody asks for an address.
    ...{ notifier: `https://localhost:${notifier.port}`, auth: "https://localhost:1" },
    commits: [`http://127.0.0.1:${commitsPort}`],
  });
  return [notifier.child, alerts.child];
}

/** Times between reports and their messages; a tag's messages come in the order of its reports. */
class Ways {
  readonly tookMs: number[] = [];
  lastMs = 0;
  readonly #sentMs = new Map<string, number[]>();

  sent(tag: string): void {
    this.#sentMs.set(tag, [...(this.#sentMs.get(tag) ?? []), performance.now()]);
  }

  arrived(tag: string): void {
    this.lastMs = performance.now();
    const began = this.#sentMs.get(tag)?.shift();
    if (began !== undefined) this.tookMs.push(this.lastMs - began);
  }
}

/** All tags leave one zone after the other, so many a second; resolves when all messages are there or nothing more is waited for. */
async function leaveAll(store: Store, name: string, tags: number, ways: Ways): Promise<void> {
  const wanted = tags * ZONES;
  const beganMs = performance.now();
  for (let i = 0; i < wanted; i++) {
    const waitMs = beganMs + (i * 1_000) / ALERTS_A_SECOND - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const tag = `${name}-${i % tags}`;
    ways.sent(tag);
    await leave(store, tag, Math.floor(i / tags));
  }
  const endMs = performance.now() + PATIENCE_MS;
  while (ways.tookMs.length < wanted && performance.now() < endMs) await pause(20);
}

function lineOf(name: string, { tookMs }: Ways, wanted: number, ranMs: number, usedMs: number): AlertsLine {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  const alerts = tookMs.length;
  return {
    ...{ bench: "alerts", case: name, p50Ms, p99Ms, perSecond: (alerts * 1_000) / ranMs },
    ...{ limitMs: LIMIT_MS, ratio: LIMIT_MS / p99Ms, alerts, missing: wanted - alerts },
    cpuMsPerAlert: usedMs / alerts,
  };
}

async function measure(name: string, tags: number, others: number): Promise<AlertsLine> {
  const fixture = new AlertsFixture();
  const notices = new CommitNotices(systemTime);
  const readiness = () => Promise.resolve({ status: "ready" as const, checks: {} });
  const metrics = new Metrics("bench");
  const listener = await listenMetrics({ port: 0, metrics, readiness, commits: notices });
  const [warmUp, ways] = [new Ways(), new Ways()];
  await fixture.certify("alerts", "notifier", "receiver");
  const { server, url } = await startReceiver(fixture, (tag) =>
    (tag.startsWith("warm") ? warmUp : ways).arrived(tag),
  );
  const store = fixture.open(() => notices.committed());
  let children: readonly ChildProcess[] = [];
  try {
    for (let i = 0; i < WARM_TAGS; i++) await fixture.addOwner(store, `warm-${i}`, url);
    for (let i = 0; i < tags; i++) await fixture.addOwner(store, `cat-${i}`, url);
    if (others > 0) fixture.addOthers(others);
    children = await startServices(fixture, listener.port);
    await leaveAll(store, "warm", WARM_TAGS, warmUp);
    const before = children.map(cpuMs);
    const beganMs = performance.now();
    await leaveAll(store, "cat", tags, ways);
    const usedMs = children.reduce((sum, child, i) => sum + cpuMs(child) - (before[i] ?? 0), 0);
    return lineOf(name, ways, tags * ZONES, ways.lastMs - beganMs, usedMs);
  } finally {
    for (const child of children) {
      const gone = once(child, "exit");
      if (child.kill("SIGTERM")) await gone;
    }
    server.closeAllConnections();
    server.close();
    await store.close();
    await listener.close();
    fixture.remove();
  }
}

/**
 * From a report's arrival to the first message at its owner's webhook, over the real processes `alerts` and `notifier` and a real
 * TLS server, 50 a second; held against the limit. Then the same beside the rules of 100,000 owners to whom nothing happens.
 * Loopback only; about two minutes.
 */
export async function* benchAlerts({ isQuick }: { readonly isQuick: boolean }): AsyncGenerator<AlertsLine> {
  const [tags, others] = isQuick ? [50, 1_000] : [TAGS, OTHERS];
  yield await measure(`${tags} tags, ${ALERTS_A_SECOND} alerts/s`, tags, 0);
  yield await measure(`the same beside rules of ${others.toLocaleString("en")} owners`, tags, others);
}
