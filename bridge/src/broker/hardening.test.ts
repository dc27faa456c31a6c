import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { generate } from "mqtt-packet";
import { MAX_MQTT_PACKET_BYTES } from "@purrimeter/protocol/limits";
import { topicOf } from "@purrimeter/protocol/topics";
import { systemTime } from "@purrimeter/service/system-time";
import { ALF, BEA, useTestSource } from "../testing/use-test-source.ts";
import type { RawTag } from "../testing/raw-tag.ts";
import { dial, dialAndConnect, dialAndJoin } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";

const MIB = 1_048_576;
const REPORT = topicOf(ALF, "report");

const fixture = useTestSource();

/** Fixed header of a PUBLISH with this remaining length. */
function publishHeader(remaining: number): Buffer {
  const bytes = [0x30];
  for (let rest = remaining; ; rest >>= 7) {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}

describe("before a session", () => {
  it("ends a connection whose first packet is no CONNECT", async () => {
    const tag = await dial(await fixture.start(), fixture.alf);
    tag.publish(REPORT, Buffer.from("x"));
    await tag.closed;
    expect(fixture.open.events).toEqual(["not-connect-first alf"]);
    expect(fixture.open.sink.reports).toEqual([]);
  });

  it.each(["before CONNECT", "in a session"])(
    "ends a connection at the header of a 200 MB packet %s, without taking its bytes",
    async (when) => {
      const port = await fixture.start();
      const tag =
        when === "before CONNECT" ? await dial(port, fixture.alf) : await dialAndJoin(port, ALF, fixture.alf);
      const beforeBytes = process.memoryUsage.rss();
      const header = publishHeader(200 * MIB);
      if (when === "before CONNECT") header[0] = 0x10;
      tag.socket.write(header);
      const chunk = Buffer.alloc(MIB);
      for (let i = 0; i < 200 && tag.socket.writable; i++)
        if (!tag.socket.write(chunk))
          await Promise.race([tag.closed, new Promise((resolve) => tag.socket.once("drain", resolve))]);
      await tag.closed;
      expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(64 * MIB);
      expect(fixture.open.events).toEqual(["oversized-packet alf"]);
    },
  );

  it("ends a CONNECT that announces more than the limit", async () => {
    const tag = await dial(await fixture.start(), fixture.alf);
    const header = publishHeader(MAX_MQTT_PACKET_BYTES);
    header[0] = 0x10;
    tag.socket.write(header);
    await tag.closed;
    expect(fixture.open.events).toEqual(["oversized-packet alf"]);
  });

  it("ends a connection that sends no whole CONNECT in time, also one that trickles", async () => {
    const port = await fixture.start({ limits: { connectTimeoutMs: 300 } });
    const silent = await dial(port, fixture.alf);
    const slow = await dial(port, fixture.bea);
    const bytes = generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: BEA,
      keepalive: 60,
    });
    const trickle = setInterval(() => slow.socket.write(bytes.subarray(0, 1)), 50);
    await Promise.all([silent.closed, slow.closed]);
    clearInterval(trickle);
    expect(fixture.open.events).toContain("connect-timeout alf");
    expect(fixture.open.source.connections).toBe(0);
  });

  it("holds one connection of a tag without a session, the last", async () => {
    const port = await fixture.start();
    const first = await dial(port, fixture.alf);
    const second = await dialAndJoin(port, ALF, fixture.alf);
    await first.closed;
    expect(second.socket.destroyed).toBe(false);
  });

  it("reads what came behind CONNECT only when the session stands", async () => {
    const port = await fixture.start();
    fixture.open.sink.echoes = true;
    const tag = await dial(port, fixture.alf);
    tag.socket.cork();
    tag.join(ALF);
    for (let i = 0; i < 60; i++) tag.publish(REPORT, Buffer.from(String(i)), { qos: 1, messageId: i + 1 });
    tag.socket.uncork();
    expect((await tag.next("connack")).returnCode).toBe(0);
    for (let i = 0; i < 60; i++) expect((await tag.next("puback")).messageId).toBe(i + 1);
    expect(fixture.open.sink.reports.map(({ bytes }) => Number(bytes.toString()))).toEqual(
      Array.from({ length: 60 }, (_, i) => i),
    );
  });

  it("refuses connections beyond its number and beyond its rate before TLS", async () => {
    const port = await fixture.start({ limits: { maxConnections: 1 } });
    const tag = await dialAndJoin(port, ALF, fixture.alf);
    await expect(dial(port, fixture.bea)).rejects.toThrow();
    expect(fixture.open.events).toEqual(["connection-limit"]);
    tag.socket.destroy();
    await fixture.open.source.close();
    const slower = await fixture.start({ limits: { accepts: { burst: 1, perSecond: 0.001 } } });
    await dialAndJoin(slower, ALF, fixture.alf);
    await expect(dial(slower, fixture.bea)).rejects.toThrow();
    expect(fixture.open.events).toEqual(["accept-rate"]);
  });

  it("ends a TCP connection that never begins a handshake", async () => {
    const port = await fixture.start({ limits: { handshakeTimeoutMs: 200 } });
    const socket = connectTcp(port, "127.0.0.1").resume();
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    expect(fixture.open.events).toEqual(["handshake-failed"]);
  });
});

describe("at CONNECT", () => {
  it.each([
    ["another client id", { clientId: "bea" }, 2, "client-id-mismatch alf"],
    ["no client id", { clientId: "" }, 2, "client-id-mismatch alf"],
    ["no keep-alive", { keepalive: 0 }, 5, "bad-keep-alive alf"],
    ["a keep-alive above the limit", { keepalive: 3_601 }, 5, "bad-keep-alive alf"],
    ["MQTT 3.1", { protocolId: "MQIsdp", protocolVersion: 3 }, 1, "bad-protocol alf"],
    [
      "a will for another tag",
      { will: { topic: topicOf(BEA, "status"), payload: "x", qos: 0, retain: false } },
      5,
      "bad-will alf",
    ],
    [
      "a will as a report",
      { will: { topic: REPORT, payload: "x", qos: 0, retain: false } },
      5,
      "bad-will alf",
    ],
    [
      "a retained will",
      { will: { topic: topicOf(ALF, "status"), payload: "x", qos: 0, retain: true } },
      5,
      "bad-will alf",
    ],
    [
      "a will at QoS 2",
      { will: { topic: topicOf(ALF, "status"), payload: "x", qos: 2, retain: false } },
      5,
      "bad-will alf",
    ],
    [
      "a large will",
      { will: { topic: topicOf(ALF, "status"), payload: "x".repeat(129), qos: 0, retain: false } },
      5,
      "bad-will alf",
    ],
  ])("refuses %s and says so", async (_what, changes, returnCode, event) => {
    const tag = await dial(await fixture.start(), fixture.alf);
    tag.join(ALF, changes);
    expect((await tag.next("connack")).returnCode).toBe(returnCode);
    await tag.closed;
    expect(fixture.open.events).toEqual([event]);
    expect(fixture.open.source.sessions).toBe(0);
  });

  it("refuses MQTT 5 with the code for it", async () => {
    const tag = await dial(await fixture.start(), fixture.alf);
    tag.join(ALF, { protocolVersion: 5 });
    await tag.closed;
    expect(tag.received).toMatchObject([{ cmd: "connack", returnCode: 1 }]);
  });

  it.each([
    ["unknown", "unknown-tag alf"],
    ["revoked", "revoked-tag alf"],
  ] as const)("refuses a tag that is %s", async (admission, event) => {
    const port = await fixture.start();
    fixture.open.sink.admissions.set(ALF, admission);
    const tag = await dial(port, fixture.alf);
    tag.join(ALF);
    expect((await tag.next("connack")).returnCode).toBe(5);
    expect(fixture.open.events).toEqual([event]);
  });

  it("tells a tag that cannot be looked up to come again, and accuses it of nothing", async () => {
    const port = await fixture.start();
    fixture.open.sink.admissions.set(ALF, "unavailable");
    const tag = await dial(port, fixture.alf);
    tag.join(ALF);
    expect((await tag.next("connack")).returnCode).toBe(3);
    expect(fixture.open.events).toEqual([]);
  });

  it("ignores user name and password and keeps no session, whatever the tag asks for", async () => {
    const port = await fixture.start();
    const tag = await dial(port, fixture.alf);
    tag.join(ALF, { username: "root", password: Buffer.from("root"), clean: false });
    expect(await tag.next("connack")).toMatchObject({ returnCode: 0, sessionPresent: false });
    tag.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: topicOf(ALF, "settings"), qos: 1 }],
    });
    await tag.next("suback");
    tag.socket.destroy();
    await until(() => fixture.open.source.sessions === 0, "the end of the session");
    const again = await dial(port, fixture.alf);
    again.join(ALF, { clean: false });
    expect(await again.next("connack")).toMatchObject({ returnCode: 0, sessionPresent: false });
    expect(fixture.open.source.send(ALF, "settings", Buffer.from("s"))).toBe(false);
  });

  it("ends the first session when a second of the same tag begins, and records it", async () => {
    const port = await fixture.start();
    fixture.open.sink.echoes = true;
    const first = await dialAndJoin(port, ALF, fixture.alf);
    const second = await dialAndJoin(port, ALF, fixture.alf);
    await first.closed;
    expect(fixture.open.events).toEqual(["second-session alf"]);
    expect(fixture.open.source.sessions).toBe(1);
    second.publish(REPORT, Buffer.from("x"), { qos: 1, messageId: 1 });
    await second.next("puback");
  });
});

describe("in a session", () => {
  it.each([
    ["another tag's report", topicOf(BEA, "report"), {}],
    ["another tag's status", topicOf(BEA, "status"), {}],
    ["its own acknowledgements", topicOf(ALF, "ack"), {}],
    ["its own settings", topicOf(ALF, "settings"), {}],
    ["the broker's topics", "$SYS/x/new/clients", {}],
    ["a topic named like a prototype", "__proto__", {}],
    ["a deep topic", "/".repeat(200), {}],
    ["a report at QoS 2", REPORT, { qos: 2, messageId: 1 }],
    ["a retained report", REPORT, { retain: true }],
    ["a retained status", topicOf(ALF, "status"), { retain: true }],
    ["a status at QoS 2", topicOf(ALF, "status"), { qos: 2, messageId: 1 }],
  ])("ends it for publishing %s", async (_what, topic, changes) => {
    const tag = await dialAndJoin(await fixture.start(), ALF, fixture.alf);
    tag.publish(topic, Buffer.from("x"), changes);
    await tag.closed;
    expect(fixture.open.sink.reports).toEqual([]);
    expect(fixture.open.sink.statuses).toEqual([]);
  });

  it("ends it for a status that is too large", async () => {
    const tag = await dialAndJoin(await fixture.start(), ALF, fixture.alf);
    tag.publish(topicOf(ALF, "status"), Buffer.alloc(129));
    await tag.closed;
    expect(fixture.open.events).toEqual(["forbidden-publish alf"]);
  });

  it.each([
    "#",
    "+/report",
    "purrimeter/1/+/ack",
    "purrimeter/1/alf/+",
    "$share/g/purrimeter/1/alf/ack",
    topicOf(BEA, "ack"),
    topicOf(ALF, "report"),
  ])("grants no subscription to %s", async (topic) => {
    const tag = await dialAndConnect(await fixture.start(), ALF, fixture.alf);
    tag.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [
        { topic, qos: 0 },
        { topic: topicOf(ALF, "ack"), qos: 1 },
      ],
    });
    expect((await tag.next("suback")).granted).toEqual([128, 1]);
    expect(fixture.open.events).toEqual(["forbidden-subscription alf"]);
    expect(fixture.open.sink.subscriptions).toEqual([{ tag: ALF, channel: "ack" }]);
  });

  it("passes a report of exactly the packet limit and ends the session for one byte more", async () => {
    const port = await fixture.start();
    const tag = await dialAndJoin(port, ALF, fixture.alf);
    const largest = MAX_MQTT_PACKET_BYTES - 3 - 2 - REPORT.length;
    tag.publish(REPORT, Buffer.alloc(largest));
    await until(() => fixture.open.sink.reports.length === 1, "the report");
    expect(fixture.open.sink.reports[0]?.bytes.length).toBe(largest);
    tag.publish(REPORT, Buffer.alloc(largest + 1));
    await tag.closed;
    expect(fixture.open.events).toEqual(["oversized-packet alf"]);
  });

  it("joins frames that come in pieces", async () => {
    const tag = await dialAndJoin(await fixture.start(), ALF, fixture.alf);
    const bytes = generate({
      cmd: "publish",
      topic: REPORT,
      payload: Buffer.from("pieces"),
      qos: 0,
      dup: false,
      retain: false,
    });
    for (const byte of bytes) {
      tag.socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => fixture.open.sink.reports.length === 1, "the report");
    expect(fixture.open.sink.reports[0]?.bytes.toString()).toBe("pieces");
  });

  it("ends it when a packet does not come to its end in time", async () => {
    const tag = await dialAndJoin(
      await fixture.start({ limits: { packetTimeoutMs: 200 } }),
      ALF,
      fixture.alf,
    );
    tag.socket.write(publishHeader(100));
    await tag.closed;
    expect(fixture.open.events).toEqual(["packet-timeout alf"]);
  });

  it("ends it when nothing comes for one and a half keep-alives", async () => {
    let nowMs = 0;
    const port = await fixture.start({ time: { ...systemTime, monotonicMs: () => nowMs } });
    const tag = await dialAndJoin(port, ALF, fixture.alf, { keepalive: 60 });
    nowMs = 89_000;
    tag.send({ cmd: "pingreq" });
    await tag.next("pingresp");
    nowMs = 178_000;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(tag.socket.destroyed).toBe(false);
    nowMs = 180_000;
    await tag.closed;
  });

  it("reads a session that exceeds its rate more slowly and loses nothing", async () => {
    const port = await fixture.start({ limits: { packets: { burst: 5, perSecond: 50 } } });
    fixture.open.sink.echoes = true;
    const tag = await dialAndJoin(port, ALF, fixture.alf);
    const beganMs = performance.now();
    for (let i = 1; i <= 25; i++) tag.publish(REPORT, Buffer.from(String(i)), { qos: 1, messageId: i });
    for (let i = 1; i <= 25; i++) expect((await tag.next("puback")).messageId).toBe(i);
    expect(performance.now() - beganMs).toBeGreaterThan(380);
  });

  it("reads no more reports than may be in flight until some are answered", async () => {
    const port = await fixture.start({ limits: { maxReportsInFlight: 4 } });
    const tag = await dialAndJoin(port, ALF, fixture.alf);
    for (let i = 1; i <= 10; i++) tag.publish(REPORT, Buffer.from(String(i)), { qos: 1, messageId: i });
    await until(() => fixture.open.sink.reports.length === 4, "four reports");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fixture.open.sink.reports.length).toBe(4);
    fixture.open.sink.echoes = true;
    for (const report of fixture.open.sink.reports) report.answer(report.bytes);
    for (let i = 1; i <= 10; i++) expect((await tag.next("puback")).messageId).toBe(i);
  });

  it("ends a session that takes none of its answers", async () => {
    const port = await fixture.start({
      limits: { maxUnreadBytes: 4_096, packets: { burst: 1e9, perSecond: 1e9 } },
    });
    fixture.open.sink.echoes = true;
    const tag = await dialAndJoin(port, ALF, fixture.alf);
    tag.socket.pause();
    const report = Buffer.alloc(2_000);
    const flood = setInterval(() => {
      for (let i = 0; i < 500 && tag.socket.writable; i++) tag.publish(REPORT, report);
    }, 5);
    await until(() => fixture.open.events.includes("unread-answers alf"), "the end of the session");
    clearInterval(flood);
    tag.socket.destroy();
  });

  it("leaves nothing behind when sessions end", async () => {
    const port = await fixture.start();
    const tags: RawTag[] = [];
    for (const [id, credentials] of [
      [ALF, fixture.alf],
      [BEA, fixture.bea],
    ] as const)
      tags.push(await dialAndJoin(port, id, credentials));
    for (const tag of tags) tag.socket.destroy();
    await until(
      () => fixture.open.source.connections === 0 && fixture.open.source.sessions === 0,
      "the end of all",
    );
    expect(fixture.open.sink.gone.toSorted()).toEqual([ALF, BEA]);
  });
});
