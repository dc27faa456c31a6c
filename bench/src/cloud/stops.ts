import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchLine } from "../bench-line.ts";
import { medianOf } from "../rounds.ts";

const BIN = join(import.meta.dirname, "..", "..", "..", "cli", "bin", "purrimeter.js");
const ROUNDS = 5;

/** What the machine itself needs: as many programs that listen, started after one another as services are. */
const BARE = `require("node:http").createServer().listen(0, "127.0.0.1", () => console.log("ready"));
process.on("SIGTERM", () => process.exit());`;
const PROGRAMS = 4;

interface Round {
  readonly startMs: number;
  readonly stopMs: number;
}

async function said(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error("it ended before it was ready");
  });
  if (child.stdout !== null) await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
}

async function stopped(children: readonly ChildProcess[]): Promise<number> {
  const beganMs = performance.now();
  for (const child of children.toReversed()) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
  return performance.now() - beganMs;
}

/** Starts programs in turn until each is ready, and stops them. */
async function round(commands: readonly (readonly string[])[]): Promise<Round> {
  const beganMs = performance.now();
  const children: ChildProcess[] = [];
  for (const args of commands) {
    const child = spawn(process.execPath, [...args], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    await said(child);
  }
  const startMs = performance.now() - beganMs;
  return { startMs, stopMs: await stopped(children) };
}

/**
 * A start of all services to the line that says ready, and a stop by SIGTERM to the end of the process that supervises them, with a
 * data folder that is there; against as many bare programs in the same round.
 */
export async function benchStops(): Promise<readonly BenchLine[]> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-bench-stops-"));
  const data = join(folder, "data");
  const ports = ["--port", "0", "--mqtt-port", "0"];
  const rootOut = ["--root-out", join(folder, "root.pem")];
  const ours = [[BIN, "start", "--data", data, ...ports, "--log-files", "--json"]];
  const peer = Array.from({ length: PROGRAMS }, () => ["-e", BARE]);
  try {
    // The first start makes keys and certificates, and does not count.
    await round([[...(ours[0] ?? []), ...rootOut]]);
    const rounds: { readonly ours: Round; readonly peer: Round }[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push({ ours: await round(ours), peer: await round(peer) });
    return (["startMs", "stopMs"] as const).map((name) => lineOf(name, rounds));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lineOf(
  name: keyof Round,
  rounds: readonly { readonly ours: Round; readonly peer: Round }[],
): BenchLine {
  const [ours, peer] = [medianOf(rounds.map((r) => r.ours[name])), medianOf(rounds.map((r) => r.peer[name]))];
  const what = name === "startMs" ? "start" : "stop";
  return {
    ...{ bench: "stops", case: `${what} of all services`, ours, peer, unit: "ms" },
    ratio: medianOf(rounds.map((r) => r.peer[name] / r.ours[name])),
  };
}
