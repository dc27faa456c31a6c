import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { connect as connectPlainly } from "node:net";
import type { Socket } from "node:net";
import { connect } from "node:tls";
import { medianOf } from "../rounds.ts";
import type { BenchLine } from "../bench-line.ts";

const CONNECTIONS = 64;
const ROUNDS = 5;
const ROUND_MS = 1_500;

type Which = "ours" | "peer";
type Transport = "tls" | "plain";

interface Ready {
  readonly port: number;
  readonly authority: string;
  readonly paths: readonly string[];
  readonly authorization: string;
}

interface Round {
  /** Requests for each second of processor time that the server used: what one core can do, whoever else is busy. */
  readonly perCpuSecond: number;
  readonly p99Ms: number;
}

async function start(which: Which, transport: Transport): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(join(import.meta.dirname, "read-server.ts"), [which, transport], { execArgv: [] });
  const [ready] = (await once(child, "message")) as [Ready];
  return { child, ready };
}

/** Microseconds of processor time that the child has used. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [{ microseconds }] = (await once(child, "message")) as [{ microseconds: NodeJS.CpuUsage }];
  return microseconds.user + microseconds.system;
}

async function open({ port, authority }: Ready, transport: Transport): Promise<Socket> {
  const at = { host: "127.0.0.1", port };
  const socket =
    transport === "tls" ? connect({ ...at, servername: "localhost", ca: authority }) : connectPlainly(at);
  await once(socket, transport === "tls" ? "secureConnect" : "connect");
  return socket.setEncoding("latin1").setNoDelay(true);
}

/** Length of the first whole answer in the text, or undefined when more must come. */
function answerLength(text: string): number | undefined {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1]);
  return text.length >= head + 4 + length ? head + 4 + length : undefined;
}

/** One request after the other on one connection, until the time is over. Adds how long each took. */
function ask(
  socket: Socket,
  first: number,
  requests: readonly string[],
  untilMs: number,
  tookMs: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let [text, sentMs, next] = ["", 0, first];
    const send = (): void => {
      sentMs = performance.now();
      socket.write(requests[next++ % requests.length] ?? "");
    };
    socket.on("data", (chunk: string) => {
      text += chunk;
      const length = answerLength(text);
      if (length === undefined) return;
      if (!text.startsWith("HTTP/1.1 200")) return reject(new Error(text.slice(0, 60)));
      tookMs.push(performance.now() - sentMs);
      text = text.slice(length);
      if (performance.now() < untilMs) return send();
      socket.removeAllListeners("data");
      resolve();
    });
    send();
  });
}

async function round(child: ChildProcess, ready: Ready, sockets: readonly Socket[]): Promise<Round> {
  const head = `Host: localhost\r\nAuthorization: ${ready.authorization}\r\nAccept: */*\r\n\r\n`;
  const requests = ready.paths.map((path) => `GET ${path} HTTP/1.1\r\n${head}`);
  const tookMs: number[] = [];
  const before = await cpuOf(child);
  const untilMs = performance.now() + ROUND_MS;
  await Promise.all(sockets.map((socket, i) => ask(socket, i, requests, untilMs, tookMs)));
  const seconds = ((await cpuOf(child)) - before) / 1e6;
  const p99Ms = tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? 0;
  return { perCpuSecond: tookMs.length / seconds, p99Ms };
}

/**
 * Token check and an owner's latest location through the whole API, 64 connections, against a bare Hono route with
 * one SQLite read behind the same listener: over TLS 1.3 as it is served, and over plain HTTP. In turn, so that a
 * change of the machine's speed meets both.
 */
export async function benchRead(): Promise<readonly BenchLine[]> {
  return [...(await benchOver("tls")), ...(await benchOver("plain"))];
}

async function benchOver(transport: Transport): Promise<readonly BenchLine[]> {
  const rounds = await alternate(transport);
  const median = (which: Which, value: (round: Round) => number) => medianOf(rounds[which].map(value));
  const [ours, peer] = [median("ours", (r) => r.perCpuSecond), median("peer", (r) => r.perCpuSecond)];
  const [oursMs, peerMs] = [median("ours", (r) => r.p99Ms), median("peer", (r) => r.p99Ms)];
  const name = `latest location${transport === "tls" ? "" : ", without TLS"}`;
  const each = { bench: "read" } as const;
  return [
    { ...each, case: name, ours, peer, unit: "requests per CPU second", ratio: ours / peer },
    { ...each, case: `${name}, p99`, ours: oursMs, peer: peerMs, unit: "ms", ratio: peerMs / oursMs },
  ];
}

async function alternate(transport: Transport): Promise<Record<Which, Round[]>> {
  const servers = { ours: await start("ours", transport), peer: await start("peer", transport) };
  const rounds: Record<Which, Round[]> = { ours: [], peer: [] };
  try {
    for (let i = 0; i <= ROUNDS; i++)
      for (const which of ["ours", "peer"] as const) {
        const { child, ready } = servers[which];
        const opened = Array.from({ length: CONNECTIONS }, () => open(ready, transport));
        const sockets = await Promise.all(opened);
        const measured = await round(child, ready, sockets);
        for (const socket of sockets) socket.destroy();
        // The first warms up and does not count.
        if (i > 0) rounds[which].push(measured);
      }
  } finally {
    for (const { child } of Object.values(servers)) child.disconnect();
  }
  return rounds;
}
