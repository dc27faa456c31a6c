import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LinkUplink } from "@purrimeter/device/link-uplink";
import { SessionNumbers } from "@purrimeter/device/session-numbers";
import { MqttUplink, tagSecureContext } from "@purrimeter/device/mqtt-uplink";
import { TestAuthority, TestBroker } from "@purrimeter/device/testing/test-broker";
import { RamFlash } from "@purrimeter/device/ram-flash";
import { Random } from "@purrimeter/device/random";
import {
  describeUplinkContract,
  message,
  type UplinkUnderTest,
} from "@purrimeter/device/testing/uplink-contract";
import { until } from "@purrimeter/device/testing/until";
import type { Log, LogFields } from "@purrimeter/service/log";
import { MAX_GATEWAY_FRAME_BYTES } from "@purrimeter/protocol/link-limits";
import { slipFrame, SlipReader } from "@purrimeter/protocol/slip";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemTime } from "@purrimeter/service/system-time";
import { openGateway, type Gateway } from "./ble-gateway.ts";
import { nodeCipher } from "./node-cipher.ts";
import { newPairing, type Pairing } from "./pairing.ts";
import { listenForLinks } from "./socket-links.ts";

const random = new Random(1);

const TAG = asTagId("tom") as TagId;

let authority: TestAuthority;
let server: { key: string; cert: string };
let client: { key: string; cert: string };

beforeAll(() => {
  authority = new TestAuthority("test");
  server = authority.issue("bridge", "serverAuth");
  client = authority.issue(TAG, "clientAuth");
});
afterAll(() => authority.dispose());

interface Bench {
  readonly broker: TestBroker;
  readonly gateway: Gateway;
  readonly path: string;
  readonly logged: string[];
  dispose(): Promise<void>;
}

/** A gateway on a Unix socket between a broker with mutual TLS and its clients. */
async function openBench(pairings: readonly Pairing[]): Promise<Bench> {
  const broker = await TestBroker.listen({ ...server, ca: authority.certificate, minVersion: "TLSv1.3" });
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  const path = join(folder, "links");
  const logged: string[] = [];
  const write = (_: string, fields?: LogFields): void => void logged.push(`${fields?.event} ${fields?.tag}`);
  const log: Log = { info: write, warn: write, error: write };
  const secureContext = tagSecureContext(client.key, client.cert, authority.certificate);
  const address = { host: "127.0.0.1", port: broker.port, secureContext, seed: 1, firstRetryMs: 20 };
  const gateway = openGateway({
    pairings,
    cipher: nodeCipher,
    makeUplink: (tag, firmware, listener) => new MqttUplink({ tag, firmware, ...address }, listener),
    log,
    time: systemTime,
  });
  const links = await listenForLinks({ path }, gateway.accept, systemTime);
  const dispose = async (): Promise<void> => {
    gateway.close();
    await new Promise((resolve) => links.close(resolve));
    await broker.close();
    rmSync(folder, { recursive: true });
  };
  return { broker, gateway, path, logged, dispose };
}

/** A tag's uplink at the other end of the socket; what it writes is cut as a radio does. */
function dial(
  path: string,
  pairing: Pairing,
  told: string[],
  cutBytes = 20,
): { uplink: LinkUplink; socket: Socket } {
  const socket = connect(path);
  socket.setNoDelay(true);
  const uplink = new LinkUplink(
    {
      ...pairing,
      firmware: "1.0.0",
      cipher: nodeCipher,
      numbers: new SessionNumbers(new RamFlash(8, 2)),
      random: () => Math.floor(random.next() * 4_294_967_296),
      send: (frame) => {
        const bytes = slipFrame(frame);
        for (let at = 0; at < bytes.length; at += cutBytes) socket.write(bytes.slice(at, at + cutBytes));
        return true;
      },
    },
    {
      up: () => told.push("up"),
      down: () => told.push("down"),
      message: (topic, bytes) => told.push(message(topic, bytes)),
    },
  );
  const reader = new SlipReader(MAX_GATEWAY_FRAME_BYTES, (frame) => uplink.take(frame));
  socket.on("connect", () => uplink.opened());
  socket.on("data", (bytes) => bytes.forEach((byte) => reader.feed(byte)));
  socket.on("error", () => undefined);
  socket.on("close", () => uplink.closed());
  return { uplink, socket };
}

describeUplinkContract("a link through a gateway", async (): Promise<UplinkUnderTest> => {
  const pairing = newPairing(TAG);
  const bench = await openBench([pairing]);
  const told: string[] = [];
  const { uplink, socket } = dial(bench.path, pairing, told);
  return {
    uplink,
    told,
    received: bench.broker.received,
    subscribed: () => [...bench.broker.subscriptions].sort(),
    send: (topic, bytes) => bench.broker.send(topic, bytes),
    breakSession: () => bench.broker.breakSessions(),
    swallow: () => bench.broker.swallow(),
    topics: {
      report: topicOf(TAG, "report"),
      downlink: DOWNLINK_CHANNELS.map((channel) => topicOf(TAG, channel)),
    },
    dispose: async () => {
      socket.destroy();
      await bench.dispose();
    },
  };
});

describe("a gateway", () => {
  let bench: Bench | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await bench?.dispose();
    bench = undefined;
  });

  it("publishes the tag's will when it goes out of reach, and names it in the log when it comes and goes", async () => {
    const pairing = newPairing(TAG);
    bench = await openBench([pairing]);
    const told: string[] = [];
    const { uplink, socket } = dial(bench.path, pairing, told, 244);
    uplink.connect();
    await until("up", () => told.includes("up"));
    socket.destroy();
    const { broker, logged } = bench;
    await until("the will", () => broker.received.some((line) => line.startsWith(topicOf(TAG, "status"))));
    expect(logged).toEqual(["tag.near tom", "tag.gone tom"]);
  });

  it("lets the newer of two links of one tag live", async () => {
    const pairing = newPairing(TAG);
    bench = await openBench([pairing]);
    const [older, newer]: [string[], string[]] = [[], []];
    const first = dial(bench.path, pairing, older);
    first.uplink.connect();
    await until("up", () => older.includes("up"));
    const second = dial(bench.path, pairing, newer);
    sockets.push(second.socket);
    second.uplink.connect();
    await until("the newer up", () => newer.includes("up"));
    await until("the older down", () => older.at(-1) === "down");
  });

  it("makes room among strangers for a tag", async () => {
    const pairing = newPairing(TAG);
    bench = await openBench([pairing]);
    for (let i = 0; i < 100; i++) {
      const stranger = connect(bench.path);
      stranger.on("error", () => undefined);
      sockets.push(stranger);
      stranger.write(Buffer.alloc(5_000, i));
    }
    const told: string[] = [];
    const { uplink, socket } = dial(bench.path, pairing, told);
    sockets.push(socket);
    uplink.connect();
    await until("up", () => told.includes("up"));
  });
});
