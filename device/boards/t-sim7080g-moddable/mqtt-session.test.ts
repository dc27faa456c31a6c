import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { MqttSession, type MqttClient, type MqttEvents, type SessionHost } from "./mqtt-session.ts";

const TAG = asTagId("tom") as TagId;
const REPORT = "purrimeter/1/tom/report";

/** A client whose other end is the test. */
class FakeClient implements MqttClient {
  readonly written: { data: Uint8Array | null; options: { topic?: string; operation?: number } }[] = [];
  readonly events: MqttEvents;
  isClosed = false;
  breaks = false;
  parts: Uint8Array[] = [];

  constructor(events: MqttEvents) {
    this.events = events;
  }

  read(): ArrayBuffer | undefined {
    return this.parts.shift()?.slice().buffer;
  }

  write(data: Uint8Array | null, options: object): number {
    if (this.breaks) throw new Error("overflow");
    this.written.push({ data: data === null ? null : data.slice(), options });
    return 1_000;
  }

  close(): void {
    if (this.isClosed) throw new Error("closed twice");
    this.isClosed = true;
  }
}

class Bench implements SessionHost {
  readonly clients: FakeClient[] = [];
  readonly told: string[] = [];
  readonly session: MqttSession;
  cannotOpen = false;
  nowMs = 0;
  timers: { atMs: number; call: () => void }[] = [];

  constructor() {
    this.session = new MqttSession(TAG, 7, this);
  }

  open(events: MqttEvents): FakeClient {
    if (this.cannotOpen) throw new Error("no network");
    const client = new FakeClient(events);
    this.clients.push(client);
    return client;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.nowMs + ms, call };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = this.timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.nowMs = next.atMs;
      this.timers = this.timers.filter((other) => other !== next);
      next.call();
    }
    this.nowMs = endMs;
  }

  get client(): FakeClient {
    return this.clients.at(-1)!;
  }

  stand(): void {
    this.session.connect();
    this.pass(0);
    this.answer();
  }

  answer(codes = Uint8Array.of(0, 1, 1)): void {
    this.client.events.onWritable(1_000);
    this.client.events.onControl({ operation: 2 });
    this.client.events.onControl({ operation: 9, payload: codes });
  }

  up(): void {
    this.told.push("up");
  }
  down(): void {
    this.told.push("down");
  }
  message(topic: string, bytes: Uint8Array): void {
    this.told.push(`${topic}=${[...bytes].join(",")}`);
  }
}

describe("a session over the SDK's MQTT client", () => {
  it("is up when all topics are granted, and carries reports", () => {
    const bench = new Bench();
    expect(bench.session.publish(REPORT, Uint8Array.of(1))).toBe(false);
    bench.stand();
    expect(bench.told).toEqual(["up"]);
    expect(bench.session.publish(REPORT, Uint8Array.of(1, 2))).toBe(true);
    expect(bench.client.written.at(-1)).toEqual({
      data: Uint8Array.of(1, 2),
      options: { topic: REPORT, QoS: 0 },
    });
  });

  it("does not stand when a subscription is refused", () => {
    const bench = new Bench();
    bench.session.connect();
    bench.pass(0);
    bench.answer(Uint8Array.of(0, 128, 1));
    expect(bench.told).toEqual([]);
    expect(bench.client.isClosed).toBe(true);
  });

  it("joins a message that comes in parts, and leaves one that is too long", () => {
    const bench = new Bench();
    bench.stand();
    bench.client.parts = [Uint8Array.of(1), Uint8Array.of(2, 3), new Uint8Array(4_096), Uint8Array.of(9)];
    bench.client.events.onReadable(1, { more: true, topic: "a" });
    bench.client.events.onReadable(2, { more: false });
    bench.client.events.onReadable(4_096, { more: true, topic: "b" });
    bench.client.events.onReadable(1, { more: false });
    expect(bench.told).toEqual(["up", "a=1,2,3"]);
  });

  it("takes nothing when the modem's buffer is full", () => {
    const bench = new Bench();
    bench.stand();
    bench.client.events.onWritable(20);
    expect(bench.session.publish(REPORT, new Uint8Array(10))).toBe(false);
    expect(bench.told).toEqual(["up"]);
  });

  it.each([
    ["an error", (bench: Bench) => bench.client.events.onError()],
    ["a close", (bench: Bench) => bench.client.events.onClose()],
    ["an exception that nobody caught", (bench: Bench) => bench.session.abandon()],
    ["a reconnect that the firmware asks for", (bench: Bench) => bench.session.reconnect()],
    [
      "a write that throws",
      (bench: Bench) => {
        bench.client.breaks = true;
        expect(bench.session.publish(REPORT, Uint8Array.of(1))).toBe(false);
      },
    ],
  ])("is told down once after %s, and comes back", (_, fail) => {
    const bench = new Bench();
    bench.stand();
    const first = bench.client;
    fail(bench);
    expect(bench.told).toEqual(["up", "down"]);
    first.events.onError();
    expect(bench.told).toEqual(["up", "down"]);
    expect(first.isClosed).toBe(true);
    bench.pass(60_000);
    bench.answer();
    expect(bench.told).toEqual(["up", "down", "up"]);
  });

  it("leaves a client that is not up yet, or not wanted, when it is asked to reconnect", () => {
    const bench = new Bench();
    bench.session.reconnect();
    bench.pass(60_000);
    expect(bench.clients).toEqual([]);
    bench.session.connect();
    bench.pass(0);
    bench.session.reconnect();
    bench.answer();
    expect(bench.clients).toHaveLength(1);
    expect(bench.told).toEqual(["up"]);
  });

  it("gives up a broker that says nothing, and waits longer each time", () => {
    const bench = new Bench();
    bench.session.connect();
    bench.pass(3_600_000);
    expect(bench.clients.length).toBeGreaterThan(4);
    expect(bench.clients.length).toBeLessThan(30);
    expect(bench.clients.slice(0, -1).every(({ isClosed }) => isClosed)).toBe(true);
    expect(bench.told).toEqual([]);
  });

  it("survives a network that cannot be opened", () => {
    const bench = new Bench();
    bench.cannotOpen = true;
    bench.session.connect();
    bench.pass(600_000);
    bench.cannotOpen = false;
    while (bench.clients.length === 0) bench.pass(1_000);
    bench.answer();
    expect(bench.told).toEqual(["up"]);
  });

  it("stays down after disconnect, whatever the old client still says", () => {
    const bench = new Bench();
    bench.stand();
    bench.session.disconnect();
    bench.client.events.onControl({ operation: 9 });
    bench.client.events.onError();
    bench.pass(3_600_000);
    expect(bench.told).toEqual(["up", "down"]);
    expect(bench.clients).toHaveLength(1);
    bench.stand();
    expect(bench.told).toEqual(["up", "down", "up"]);
  });
});
