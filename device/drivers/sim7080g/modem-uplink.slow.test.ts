import { describeUplinkContract, message } from "../../core/uplink/uplink.contract.ts";
import { until } from "../../core/testing/until.ts";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { TestAuthority, TestBroker } from "../../boards/node/testing/test-broker.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  openModemUplink,
  type ModemCredentials,
  type OpenModemUplink,
  type OpenModemUplinkOptions,
} from "./testing/open-modem-uplink.ts";
import { modemTimeMs } from "./testing/modem-time.ts";
import type { ModemFaults } from "./testing/simulated-modem.ts";

const TAG = asTagId("tom") as TagId;
const REPORT = topicOf(TAG, "report");

let authority: TestAuthority;
let server: { key: string; cert: string };
let credentials: ModemCredentials;
let broker: TestBroker;
const opened: OpenModemUplink[] = [];

beforeAll(() => {
  authority = new TestAuthority("test");
  server = authority.issue("bridge", "serverAuth");
  credentials = credentialsOf(authority);
});
afterAll(() => authority.dispose());
afterEach(async () => {
  for (const one of opened.splice(0)) one.dispose();
  await broker?.close();
});

function credentialsOf(from: TestAuthority, trusted = from): ModemCredentials {
  const { key, cert } = from.issue(TAG, "clientAuth");
  return { authority: trusted.certificate, certificate: cert, key };
}

function listen(tls = server): Promise<TestBroker> {
  const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  return TestBroker.listen({ ...tls, ca: authority.certificate, ...versions });
}

async function open(options: Partial<OpenModemUplinkOptions> = {}, tls = server): Promise<OpenModemUplink> {
  broker = await listen(tls);
  const one = openModemUplink({ credentials, port: broker.port, ...options });
  opened.push(one);
  return one;
}

async function connected(options?: Partial<OpenModemUplinkOptions>): Promise<OpenModemUplink> {
  const one = await open(options);
  one.connect();
  await until("up", () => one.told.includes("up"));
  return one;
}

describeUplinkContract("ModemUplink", async () => {
  const { told, connect, disconnect, reconnect, publish } = await open({ uplink: { firstRetryMs: 20 } });
  const under = broker;
  return {
    uplink: { connect, disconnect, reconnect, publish },
    told,
    received: under.received,
    subscribed: () => [...under.subscriptions].sort(),
    send: (topic, bytes) => under.send(topic, bytes),
    breakSession: () => under.breakSessions(),
    swallow: () => under.swallow(),
    topics: {
      report: REPORT,
      downlink: DOWNLINK_CHANNELS.map((channel) => topicOf(TAG, channel)),
    },
    dispose: () => Promise.resolve(),
  };
});

const DEADLINE_S = 60;

/** Modem seconds. */
async function seconds({ clock }: OpenModemUplink, s: number): Promise<void> {
  const endMs = clock.monotonicMs() + s * 1_000;
  await until(`${s} s`, () => clock.monotonicMs() >= endMs);
}

/** What it takes: a session, a report over it, and its answer. */
async function expectToWork({ told, publish }: OpenModemUplink): Promise<void> {
  await until("a session", () => told.at(-1) === "up");
  const bytes = Uint8Array.from({ length: 1_900 }, (_, i) => (i * 7) & 255);
  expect(publish(REPORT, bytes)).toBe(true);
  // Beside it a will of a former session may come.
  await until("the report", () => broker.received.includes(message(REPORT, bytes)));
}

describe("a modem that does TLS itself", () => {
  it("is started, told everything, and keeps its certificates but not the key's file", async () => {
    const { modem, failures } = await connected();
    expect([modem.keyPresses, modem.powerCycles, failures]).toEqual([1, 0, []]);
    expect(modem.results).toEqual([0]);
    expect([...modem.files.keys()].sort()).toEqual([
      expect.stringMatching(/^\d+$/),
      "ca.crt",
      "tag.crt",
      "tag.crt:key",
    ]);
  });

  it("is not given its certificates twice, and is given them again after it lost its files", async () => {
    const { modem, disconnect, connect, told } = await connected();
    const written = (): number => modem.commands.filter((one) => one.startsWith("AT+CFSWFILE")).length;
    expect(written()).toBe(4);
    const { files } = modem;
    disconnect();
    await until("sleep", () => modem.isAsleep);
    connect();
    await until("up again", () => told.length === 3);
    expect(written()).toBe(4);
    opened.splice(0).forEach((one) => one.dispose());
    const next = openModemUplink({ credentials, port: broker.port });
    opened.push(next);
    for (const [name, content] of files) next.modem.files.set(name, content);
    next.connect();
    await until("up", () => next.told.includes("up"));
    expect(next.modem.commands.filter((one) => one.startsWith("AT+CFSWFILE"))).toEqual([]);
  });

  it("carries settings that are longer than one read, and a report longer than one write", async () => {
    const one = await connected();
    const settings = Uint8Array.from({ length: 3_840 }, (_, i) => (i * 13) & 255);
    broker.send(topicOf(TAG, "settings"), settings);
    await until("the settings", () => one.told.length === 2);
    expect(one.told[1]).toBe(message(topicOf(TAG, "settings"), settings));
    one.told.push("up");
    await expectToWork(one);
  });

  it("hears what the modem forgot to announce", async () => {
    const one = await connected();
    one.modem.keepsSilent = true;
    broker.send(topicOf(TAG, "ack"), Uint8Array.of(1));
    await until("the answer", () => one.told.length === 2);
  });

  it("asks whether the broker is there when nothing else is said", async () => {
    const one = await connected({ uplink: { keepAliveS: 20 } });
    await seconds(one, 50);
    expect(one.told).toEqual(["up"]);
    expect(
      one.modem.commands.filter((command) => command.startsWith("AT+CASEND=0,2")).length,
    ).toBeGreaterThan(1);
  });

  it("takes leave, so that no will is published, and lets the modem sleep", async () => {
    const { modem, disconnect, told } = await connected();
    disconnect();
    expect(told).toEqual(["up", "down"]);
    await until("sleep", () => modem.isAsleep);
    expect(broker.received).toEqual([]);
  });

  it("leaves a will where the modem loses its supply", async () => {
    const { modem } = await connected();
    modem.breakSocket();
    await until("the will", () => broker.received.length > 0);
    expect(broker.received[0]?.startsWith(topicOf(TAG, "status"))).toBe(true);
  });
});

describe("time before TLS", () => {
  it("is the board's, where a fix has set it", async () => {
    const beganMs = Math.floor(Date.now() / 1_000) * 1_000;
    const { modem, clock } = await connected({ utcS: beganMs / 1_000, modem: { tellsTime: false } });
    const told = modem.commands.find((one) => one.startsWith('AT+CCLK="')) ?? "";
    const toldMs = modemTimeMs(told.split('"')[1] ?? "");
    expect(toldMs).toBeGreaterThanOrEqual(beganMs);
    expect(toldMs).toBeLessThanOrEqual(clock.utcS() * 1_000);
  });

  it("is the network's, where there was no fix yet", async () => {
    const { modem } = await connected({ utcS: 0 });
    expect(modem.commands.some((one) => one.startsWith("AT+CCLK="))).toBe(false);
  });

  it("is waited for where nobody knows it: no handshake is tried", async () => {
    const one = await open({ utcS: 0, modem: { tellsTime: false }, uplink: { firstRetryMs: 2_000 } });
    one.connect();
    await until("the failure", () => one.failures.length > 1);
    expect(new Set(one.failures)).toEqual(new Set(["no-time"]));
    expect(one.modem.commands.some((command) => command.startsWith("AT+CAOPEN"))).toBe(false);
    one.clock.setUtcS(Math.floor(Date.now() / 1_000));
    await expectToWork(one);
  });
});

describe("a modem does not speak to", () => {
  it("a server of another authority, and stays cheap about it", async () => {
    const stranger = new TestAuthority("stranger");
    const one = await open({ credentials: credentialsOf(authority, stranger) });
    stranger.dispose();
    one.connect();
    await until("the failure", () => one.failures.length > 0);
    expect([one.failures, one.told, broker.received]).toEqual([["refused"], [], []]);
  });

  it("a server with another name, or whose certificate has expired: then it waits ten minutes and more", async () => {
    const one = await open({}, authority.issue("bridge", "serverAuth", "DNS:elsewhere"));
    one.connect();
    await until("the failure", () => one.failures.length > 0);
    expect(one.failures).toEqual(["certificate"]);
    expect(one.uplink.nextWakeMs() - one.clock.monotonicMs()).toBeGreaterThan(290_000);
    one.dispose();
    await broker.close();
    const inTenYears = await open({ utcS: Math.floor(Date.now() / 1_000) + 315_360_000 });
    inTenYears.connect();
    await until("the failure", () => inTenYears.failures.length > 0);
    expect([inTenYears.failures, inTenYears.modem.results]).toEqual([["certificate"], [24]]);
  });

  it("a server that refuses its certificate, but goes on asking, later and later", async () => {
    const stranger = new TestAuthority("stranger");
    const foreign = credentialsOf(stranger, authority);
    stranger.dispose();
    const one = await open({ credentials: foreign, uplink: { firstRetryMs: 1_000 } });
    one.connect();
    await until("failures", () => one.failures.length > 2);
    expect(one.told).toEqual([]);
    expect(broker.subscriptions.size).toBe(0);
  });
});

describe("a modem that", () => {
  const once = (mishap: "error" | "silence" | "restart", begin: string) => {
    let isDone = false;
    return {
      mishap: (command: string) => {
        if (isDone || !command.startsWith(begin)) return "none" as const;
        isDone = true;
        return mishap;
      },
    };
  };

  it.each([
    ...["AT+CPIN", "AT+CNCFG", "AT+CEREG", "AT+CNACT=", "AT+CNACT?", "AT+CCLK", "AT+CFSWFILE", "AT+CSSLCFG"],
    ...["AT+CASSLCFG", "AT+CAOPEN", "AT+CASEND", "AT+CARECV"],
  ])("answers %s with ERROR, not at all, or by a restart, works in the end", async (command) => {
    const survive = async (mishap: "error" | "silence" | "restart"): Promise<void> => {
      const own = await listen();
      const faults = once(mishap, command);
      const options = { credentials, port: own.port, modem: { faults }, uplink: { firstRetryMs: 1_000 } };
      const one = openModemUplink(options);
      one.connect();
      await until(`a session after ${mishap}`, () => one.told.includes("up")).finally(() => one.dispose());
      await own.close();
    };
    await Promise.all([survive("error"), survive("silence"), survive("restart")]);
  });

  it("answers late is understood: no answer is taken for the next command's", async () => {
    const late = (): string => "\r\nOK\r\n\r\nERROR\r\n\r\n> \r\n+CARECV: 5,\r\nab\r\n\r\n+CAOPEN: 0,23\r\n";
    const one = await connected({ modem: { faults: { late } } });
    await expectToWork(one);
    expect(one.failures).toEqual([]);
  });

  it("says everything twice works all the same", async () => {
    const faults = { copies: (line: string) => (line.startsWith("+CARECV") ? 1 : 2) };
    await expectToWork(await connected({ modem: { faults } }));
  });

  it("says things that nobody understands between its answers works all the same", async () => {
    const lines = [
      "\r\n*PSUTTZ: 26/11/22\r\n",
      `\r\n${"x".repeat(5_000)}\r\n`,
      "\r\n\u0000\u00ff\r\n",
      "\n\n\r\r",
    ];
    let at = 0;
    const faults = { noise: () => lines[at++ % lines.length] ?? "", cut: () => 1 };
    await expectToWork(await connected({ modem: { faults } }));
  });

  it("does not echo at first is told to", async () => {
    await expectToWork(await connected({ modem: { isEchoing: false } }));
  });

  it("never answers loses its supply now and then, and costs little otherwise", async () => {
    const one = await open({ modem: { faults: { mishap: () => "silence" } } });
    one.connect();
    await seconds(one, DEADLINE_S * 3);
    expect(one.modem.powerCycles).toBeGreaterThan(0);
    expect(one.modem.powerCycles).toBeLessThan(10);
    one.modem.faults = { ...one.modem.faults, mishap: () => "none" };
    await expectToWork(one);
  });

  it.each([
    ["without a SIM", { hasSim: false }, "no-sim"],
    ["without a network", { hasNetwork: false }, "no-network"],
  ])("is %s says so, and searches no more than it must", async (_what, modem, failure) => {
    const one = await open({ modem });
    one.connect();
    await until("the failure", () => one.failures.length > 0);
    expect(one.failures).toEqual([failure]);
    expect(one.modem.results).toEqual([]);
  });

  it("restarts during a session is detected, and gets a new session", async () => {
    const one = await connected({ uplink: { firstRetryMs: 1_000 } });
    one.modem.boot();
    await until("down", () => one.told.length > 1);
    expect(one.failures).toEqual(["restarted"]);
    await expectToWork(one);
  });

  it.each<[string, Partial<ModemFaults>]>([
    ["stops in the middle of taking a report", { copies: (line) => (line === ">" ? 0 : 1) }],
    [
      "refuses a report and asks for it all the same",
      { noise: (line) => (line === ">" ? "\r\nERROR\r\n" : "") },
    ],
  ])("%s loses its supply, so that nothing else is taken for its rest", async (_what, faults) => {
    const one = await connected({ uplink: { firstRetryMs: 1_000 } });
    const sound = one.modem.faults;
    one.modem.faults = { ...sound, ...faults };
    expect(one.publish(REPORT, Uint8Array.of(1, 2, 3))).toBe(true);
    await until("down", () => one.told.length > 1);
    expect(one.failures).toEqual(["stuck"]);
    one.modem.faults = sound;
    await expectToWork(one);
    expect(one.modem.powerCycles).toBe(1);
    expect(broker.received.filter((line) => line.startsWith(REPORT))).toHaveLength(1);
  });

  it("drops bytes of what it read is not believed", async () => {
    const one = await connected({ uplink: { firstRetryMs: 1_000 } });
    const { receiver } = one.modem;
    one.modem.receiver = (bytes) => receiver(lossy(bytes));
    const ack = Uint8Array.from({ length: 60 }, (_, i) => i + 100);
    broker.send(topicOf(TAG, "ack"), ack);
    await until("down", () => one.told.includes("down"));
    expect(one.told.filter((line) => line.startsWith("purrimeter"))).toEqual([]);
    one.modem.receiver = receiver;
    await expectToWork(one);
  });
});

/** Without two bytes of the middle of data. */
function lossy(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!/\+CARECV: \d\d,/.test(text)) return bytes;
  const at = text.indexOf(",") + 40;
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 2)]);
}
