import { Metrics } from "@purrimeter/service/metrics";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { beforeEach, expect, test } from "vitest";
import type { Attempt, AttemptResult } from "../attempt.ts";
import type { Channels } from "../channels/channel.ts";
import { Attempts } from "./attempts.ts";

const DELIVERED: AttemptResult = { outcome: "delivered", reason: "taken by the endpoint" };
const SLOW: AttemptResult = { outcome: "failed", reason: "no answer in time" };
let time: ManualTime;
let metrics: Metrics;
let told: string[];
/** Hosts that never answer. */
let hanging: Set<string>;
let signals: AbortSignal[];
let attempts: Attempts;

beforeEach(() => {
  time = new ManualTime();
  metrics = new Metrics("notifier");
  [told, hanging, signals] = [[], new Set(), []];
  const onResult = Object.assign(
    (kind: string, { outcome }: AttemptResult) => void told.push(`${kind} ${outcome}`),
    {
      summarise: () => undefined,
    },
  );
  const channel = ({ endpoint, signal }: { endpoint: Attempt["endpoint"]; signal: AbortSignal }) => {
    signals.push(signal);
    const host = "url" in endpoint ? new URL(endpoint.url).host : "mail";
    if (!hanging.has(host)) return Promise.resolve(DELIVERED);
    return new Promise<AttemptResult>((resolve) => signal.addEventListener("abort", () => resolve(SLOW)));
  };
  const channels: Channels = { email: channel, webhook: channel, push: channel, ntfy: channel };
  attempts = new Attempts({ channels, metrics, onResult, time });
});

const to = (host: string): Attempt => ({
  id: "abcdefghijklmnopqrstuvwxyz",
  endpoint: { kind: "ntfy", url: `https://${host}/topic` },
  message: { title: "a", text: "b", type: "c", at: 0, data: {}, urgency: "normal", ttlS: 0 },
});

test("an endpoint that hangs is given up after 20 s, and delays no other", async () => {
  hanging.add("hung.example");
  const hung = Array.from({ length: 64 }, () => attempts.make(to("hung.example")));
  expect(await attempts.make(to("hung.example"))).toBe("busy");
  expect(await attempts.make(to("other.example"))).toBe(DELIVERED);
  expect(await attempts.make(to("hung.example:444"))).toBe(DELIVERED);
  time.advance(19_999);
  expect(told).toEqual(["ntfy delivered", "ntfy delivered"]);
  time.advance(1);
  const results = await Promise.all(hung);
  expect(results.filter((result) => result === SLOW)).toHaveLength(16);
  expect(results.filter((result) => result === "busy")).toHaveLength(48);
  const { text } = await metrics.text();
  expect(text).toContain('attempts_total{channel="ntfy",outcome="failed"} 16');
  expect(text).toContain('attempts_total{channel="ntfy",outcome="busy"} 49');
  hanging.clear();
  expect(await attempts.make(to("hung.example"))).toBe(DELIVERED);
});

test("what is left of an answer has a second, and no timer stays", async () => {
  await attempts.make(to("other.example"));
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  time.advance(1_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(time.pending).toBe(0);
});

test("a fault of ours rejects, and the next attempt works", async () => {
  const failing = () => Promise.reject(new Error("a bug"));
  const channels: Channels = { email: failing, webhook: failing, push: failing, ntfy: failing };
  const onResult = Object.assign(() => undefined, { summarise: () => undefined });
  const broken = new Attempts({ channels, metrics: new Metrics("other"), onResult, time });
  for (let i = 0; i < 20; i++) await expect(broken.make(to("other.example"))).rejects.toThrow("a bug");
});
