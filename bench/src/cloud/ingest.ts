import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BenchLine } from "../bench-line.ts";
import { createIngestFixture, type IngestFixture } from "./ingest-fixture.ts";
import type { LoadAnswer, LoadOrder } from "./ingest-load.ts";
import type { AnswerKind } from "./load-tag.ts";

const CONNECTIONS = 500;
const IDLE_TAGS = 2_000;
const ROUNDS = 3;
const ROUND_MS = 2_500;
/** V8 takes some 40,000 reports to compile the whole way of one. */
const FIRST_WARM_UP_MS = 4_000;
const WARM_UP_MS = 1_500;
const SETTLE_MS = 3_000;
/** Targets where the peer is a limit. */
const MIN_FIXES_PER_SECOND = 80_000;
const MAX_KIB_PER_TAG = 64;

/**
 * Reports over mutual TLS 1.3 into the real bridge process, sealed and committed before each is acknowledged, against
 * a bare TLS loop that stores nothing. One report in flight on each connection. Loopback only; about 80 s.
 */
export async function benchIngest(): Promise<BenchLine[]> {
  const fixture = await createIngestFixture(IDLE_TAGS);
  try {
    return [...(await measureRates(fixture)), ...(await measureMemory(fixture))];
  } finally {
    fixture.remove();
  }
}

async function measureRates(fixture: IngestFixture): Promise<BenchLine[]> {
  const bridge = await startBridge(fixture);
  const peer = await startPeer(fixture);
  const load = startLoad(fixture);
  try {
    await ask(load, { type: "connect", port: bridge.port, kind: "stored", count: CONNECTIONS });
    await ask(load, { type: "connect", port: peer.port, kind: "puback", count: CONNECTIONS });
    const single = await alternate(load, 1, FIRST_WARM_UP_MS);
    const tens = await alternate(load, 10, WARM_UP_MS);
    const each = { bench: "ingest", unit: "messages/s" };
    return [
      line({
        ...each,
        case: "reports of one fix, 500 tags; peer: bare TLS loop",
        ours: single.ours,
        peer: single.peer,
      }),
      line({
        ...each,
        case: "reports of ten fixes, 500 tags; peer: bare TLS loop",
        ours: tens.ours,
        peer: tens.peer,
      }),
      line({
        bench: "ingest",
        unit: "fixes/s",
        case: "reports of ten fixes, 500 tags; peer: the limit",
        ours: 10 * tens.ours,
        peer: MIN_FIXES_PER_SECOND,
      }),
    ];
  } finally {
    for (const child of [load, peer.child, bridge.child]) await end(child);
  }
}

/** Medians of reports a second, rounds taken in turn so that a busy moment of the machine hits both. */
async function alternate(
  load: ChildProcess,
  fixes: number,
  warmUpMs: number,
): Promise<{ ours: number; peer: number }> {
  const rates: Record<AnswerKind, number[]> = { stored: [], puback: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const durationMs = round === 0 ? warmUpMs : ROUND_MS;
    for (const kind of ["stored", "puback"] as const) {
      const { reports, tookMs } = await ask(load, { type: "run", kind, fixes, durationMs });
      if (round > 0) rates[kind].push((1000 * reports) / tookMs);
    }
  }
  return { ours: Math.round(median(rates.stored)), peer: Math.round(median(rates.puback)) };
}

async function measureMemory(fixture: IngestFixture): Promise<BenchLine[]> {
  const ours = await kibPerTag(await startBridge(fixture), fixture, "stored");
  const bare = await kibPerTag(await startPeer(fixture), fixture, "puback");
  const each = { bench: "ingest", unit: "KiB/tag" };
  const about = `memory per idle tag at ${IDLE_TAGS.toLocaleString("en")}`;
  return [
    line({ ...each, case: `${about}; peer: the limit`, ours, peer: MAX_KIB_PER_TAG }, "less is better"),
    line({ ...each, case: `${about}; peer: bare TLS loop`, ours, peer: bare }, "less is better"),
  ];
}

async function kibPerTag(server: Server, fixture: IngestFixture, kind: AnswerKind): Promise<number> {
  const load = startLoad(fixture);
  try {
    await settle();
    const before = residentKib(server.child);
    await ask(load, { type: "connect", port: server.port, kind, count: IDLE_TAGS });
    await settle();
    return Number(((residentKib(server.child) - before) / IDLE_TAGS).toFixed(1));
  } finally {
    for (const child of [load, server.child]) await end(child);
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

function residentKib({ pid }: ChildProcess): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** As `purrimeter start` runs the bridge: cli/src/services/service-registry.ts. */
const BRIDGE_FLAGS = ["--max-semi-space-size=8"];

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startBridge({ config, secrets }: IngestFixture): Promise<Server> {
  const main = fileURLToPath(import.meta.resolve("@purrimeter/bridge/main"));
  const options = { env: { CREDENTIALS_DIRECTORY: secrets }, execArgv: BRIDGE_FLAGS };
  return ready(
    fork(main, ["--config", config], { ...options, stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
}

async function startPeer({ tls }: IngestFixture): Promise<Server> {
  const main = fileURLToPath(new URL("bare-tls-peer.ts", import.meta.url));
  return ready(fork(main, [tls.certificate, tls.key, tls.clientAuthority]));
}

function startLoad({ fleet }: IngestFixture): ChildProcess {
  return fork(fileURLToPath(new URL("ingest-load.ts", import.meta.url)), [fleet]);
}

async function ready(child: ChildProcess): Promise<Server> {
  const [message] = await Promise.race([
    once(child, "message") as Promise<[{ port: number }]>,
    once(child, "exit").then(() => {
      throw new Error("a process of the benchmark did not start");
    }),
  ]);
  return { child, port: message.port };
}

async function ask(load: ChildProcess, order: LoadOrder): Promise<LoadAnswer> {
  load.send(order);
  const [answer] = (await once(load, "message")) as [LoadAnswer];
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function line(measured: Omit<BenchLine, "ratio">, direction?: "less is better"): BenchLine {
  const { ours, peer } = measured;
  return { ...measured, ratio: Number((direction === undefined ? ours / peer : peer / ours).toFixed(3)) };
}
