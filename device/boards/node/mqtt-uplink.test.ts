import { describeUplinkContract, message, type UplinkUnderTest } from "../../core/uplink/uplink.contract.ts";
import { until } from "../../core/testing/until.ts";
import { encodeStatus } from "@purrimeter/protocol/status";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import type { TlsOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { leafOf, MqttUplink, tagSecureContext } from "./mqtt-uplink.ts";
import { TestAuthority, TestBroker } from "./testing/test-broker.ts";

const TAG = asTagId("tom") as TagId;

let authority: TestAuthority;
let stranger: TestAuthority;
let server: { key: string; cert: string };
let client: { key: string; cert: string };

beforeAll(() => {
  authority = new TestAuthority("test");
  stranger = new TestAuthority("stranger");
  server = authority.issue("bridge", "serverAuth");
  client = authority.issue(TAG, "clientAuth");
});

afterAll(() => {
  authority.dispose();
  stranger.dispose();
});

interface Session extends UplinkUnderTest {
  readonly uplink: MqttUplink;
  readonly broker: TestBroker;
  readonly told: string[];
  readonly troubles: string[];
}

interface SessionOptions {
  readonly tls?: TlsOptions;
  readonly trusted?: string;
  readonly own?: { key: string; cert: string };
  readonly host?: string;
}

const opened: Session[] = [];

async function open({ tls, trusted, own, host }: SessionOptions = {}): Promise<Session> {
  const broker = await TestBroker.listen({
    ...server,
    ca: authority.certificate,
    minVersion: "TLSv1.3",
    ...tls,
  });
  const told: string[] = [];
  const troubles: string[] = [];
  const { key, cert } = own ?? client;
  const secureContext = tagSecureContext(key, cert, trusted ?? authority.certificate);
  const address = { host: host ?? "127.0.0.1", port: broker.port };
  const pace = { attemptDeadlineMs: 2_000, firstRetryMs: 20 };
  const uplink = new MqttUplink(
    { tag: TAG, firmware: "1.0.0", ...address, secureContext, seed: 1, ...pace },
    {
      up: () => told.push("up"),
      down: () => told.push("down"),
      message: (topic, bytes) => told.push(message(topic, bytes)),
      failed: (code) => troubles.push(code),
    },
  );
  const session: Session = {
    uplink,
    broker,
    told,
    troubles,
    received: broker.received,
    subscribed: () => [...broker.subscriptions].sort(),
    send: (topic, bytes) => broker.send(topic, bytes),
    breakSession: () => broker.breakSessions(),
    swallow: () => broker.swallow(),
    topics: {
      report: topicOf(TAG, "report"),
      downlink: DOWNLINK_CHANNELS.map((channel) => topicOf(TAG, channel)),
    },
    dispose: async () => {
      uplink.close();
      await broker.close();
    },
  };
  return session;
}

async function opening(options?: SessionOptions): Promise<Session> {
  const session = await open(options);
  opened.push(session);
  session.uplink.connect();
  return session;
}

afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

describeUplinkContract("MqttUplink", () => open());

describe("a session over mutual TLS", () => {
  it("is TLS 1.3, and resumes with its ticket when it was broken", async () => {
    const { told, broker } = await opening();
    await until("up", () => told.includes("up"));
    broker.breakSessions();
    await until("up again", () => told.length === 3);
    expect(broker.resumed).toEqual([false, true]);
  });

  it("finds the server by name as well as by address", async () => {
    const { told } = await opening({ host: "localhost" });
    await until("up", () => told.includes("up"));
  });

  it("leaves a will that says offline when it breaks off", async () => {
    const { told, broker, uplink } = await opening();
    const offline = encodeStatus({ online: false, settingsVersion: 0, firmware: "1.0.0" });
    await until("up", () => told.includes("up"));
    uplink.close();
    await until("will", () => broker.received.length > 0);
    expect(broker.received).toEqual([message(topicOf(TAG, "status"), offline)]);
  });

  it("takes its will back when it ends by itself", async () => {
    const { told, broker, uplink } = await opening();
    await until("up", () => told.includes("up"));
    uplink.disconnect();
    uplink.connect();
    await until("up again", () => told.length === 3);
    expect(broker.received).toEqual([]);
  });

  it("comes back to a server that was away", async () => {
    const { told, broker, troubles, uplink } = await opening();
    await until("up", () => told.includes("up"));
    broker.server.close();
    broker.breakSessions();
    await until("refusals", () => troubles.filter((code) => code === "ECONNREFUSED").length > 1);
    broker.server.listen(broker.port, "127.0.0.1");
    await until("up again", () => told.length === 3);
    expect(uplink.publish("x", new Uint8Array(1))).toBe(true);
  });

  it("tells nothing after close", async () => {
    const { told, broker, uplink } = await opening();
    await until("up", () => told.includes("up"));
    uplink.close();
    broker.send(topicOf(TAG, "ack"), Uint8Array.of(1));
    await until("will", () => broker.received.length === 1);
    expect(told).toEqual(["up"]);
  });
});

describe("a tag does not speak to", () => {
  it.each<[string, () => SessionOptions, RegExp]>([
    ["a server of another authority", () => ({ trusted: stranger.certificate }), /VERIFY|SELF_SIGNED|UNABLE/],
    [
      "a server with another name",
      () => ({ tls: authority.issue("b", "serverAuth"), host: "127.0.0.2" }),
      /./,
    ],
    [
      "a server that offers TLS 1.2 alone",
      () => ({ tls: { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } }),
      /EPROTO|SSL/,
    ],
    ["a server with a tag's certificate", () => ({ tls: client }), /PURPOSE|VERIFY|CERT/i],
  ])("%s", async (_, options, failed) => {
    const session = await opening(options());
    await until("failed", () => session.troubles.length > 1);
    expect(session.troubles[0]).toMatch(failed);
    expect(session.told).toEqual([]);
    expect(session.broker.subscriptions.size).toBe(0);
  });

  it("a server that refuses its certificate, but it goes on asking", async () => {
    const session = await opening({ own: stranger.issue(TAG, "clientAuth") });
    await until("failed", () => session.troubles.length > 1);
    expect(session.troubles).not.toContain("ECONNREFUSED");
    expect(session.told).toEqual([]);
    expect(session.uplink.publish("x", new Uint8Array(1))).toBe(false);
  });
});

it("sends the leaf of a chain alone", () => {
  const leaf = "-----BEGIN CERTIFICATE-----\nbGVhZg==\n-----END CERTIFICATE-----\n";
  const issuer = "-----BEGIN CERTIFICATE-----\naXNzdWVy\n-----END CERTIFICATE-----\n";
  expect(leafOf(leaf + issuer)).toBe(leaf);
  expect(leafOf(leaf)).toBe(leaf);
});
