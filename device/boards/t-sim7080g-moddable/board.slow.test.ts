import { nmea, TAG } from "../../core/testing/tag-rig.ts";
import { SimulatedModem } from "../../drivers/sim7080g/testing/simulated-modem.ts";
import { TestAuthority, TestBroker } from "../node/testing/test-broker.ts";
import { until } from "../../core/testing/until.ts";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FakeSdk, manifestConfig } from "./testing/fake-sdk.ts";

const MODEM_PORT = 2;
const GNSS_PORT = 1;
const RECEIVER_POWER = 8;
const DAY_S = 86_400;

/**
 * A handshake with the broker, which is real, takes a modem's second. The SDK's own TLS is played: nothing waits for the
 * machine.
 */
const SECOND_MS = { modem: 10, wifi: 1 };

let authority: TestAuthority;
let broker: TestBroker;
let sdk: FakeSdk;
let endSky: () => void;
let modem: SimulatedModem | undefined;

beforeAll(async () => {
  authority = new TestAuthority("test");
  const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  const server = authority.issue("bridge", "serverAuth");
  broker = await TestBroker.listen({ ...server, ca: authority.certificate, ...versions });
});
afterEach(() => {
  modem?.dispose();
  modem = undefined;
  sdk.time.stop();
});
afterAll(async () => {
  await broker.close();
  authority.dispose();
});

async function start(uplink: "modem" | "wifi"): Promise<void> {
  sdk = new FakeSdk(SECOND_MS[uplink]);
  const { key, cert } = authority.issue(TAG, "clientAuth");
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const pem = { authority: authority.certificate, tag: cert, key };
  for (const [name, text] of Object.entries(pem)) sdk.files.set(`${name}.pem`, bytes(text));
  for (const name of ["authority", "tag", "issuer", "key"]) sdk.files.set(`${name}.der`, Uint8Array.of(0x30));
  const network = { tag: TAG, host: "localhost", port: broker.port, apn: "iot.example", uplink };
  await sdk.start(manifestConfig(network), Math.floor(Date.now() / 1_000) - DAY_S);
  if (uplink === "modem") modem = connectModem();
  openSky();
}

function openSky(): void {
  endSky = sdk.time.every(1_000, shine);
}

/** The modem's serial port, its key and its sleep pin. */
function connectModem(): SimulatedModem {
  const simulated = new SimulatedModem({ port: broker.port, secondMs: SECOND_MS.modem });
  const serial = sdk.serials.get(MODEM_PORT)!;
  serial.onWrite = (bytes) => {
    simulated.sleep(sdk.pins.get(42) === 1);
    simulated.write(bytes);
  };
  simulated.receiver = (bytes) => serial.deliver(bytes);
  sdk.time.every(100, () => {
    if (sdk.pins.get(41) === 1 && !simulated.isOn) simulated.pressPowerKey();
  });
  return simulated;
}

/** A receiver under open sky, while it has power. Its time is an hour ahead: the test's certificates hold from now on. */
function shine(): void {
  if (sdk.pins.get(RECEIVER_POWER) !== 1) return;
  const utcS = Math.floor(Date.now() / 1_000 + 3_600 + sdk.time.nowMs / 1_000);
  const bytes = nmea(utcS, 52, 5);
  // At 9,600 baud the port is read long before its FIFO is full.
  for (let at = 0; at < bytes.length; at += 100)
    sdk.time.after(at * 2, () => sdk.serials.get(GNSS_PORT)?.deliver(bytes.subarray(at, at + 100)));
}

it("takes a fix, sleeps, and reports through its modem, whose answers fit the port's FIFO", async () => {
  await start("modem");
  sdk.maySleep = () => {
    expect(sdk.pins.get(RECEIVER_POWER)).toBe(0);
    expect(sdk.pins.get(42)).toBe(1);
  };
  await until("a report", () => broker.entryKinds(TAG).includes("fix"));
  expect(broker.entryKinds(TAG)).toContain("health");
  expect(broker.entryKinds(TAG)).not.toContain("unreadable");
  expect(sdk.times.length).toBeGreaterThan(0);
  expect(sdk.sleeps.length).toBeGreaterThan(0);
  expect(sdk.sleeps.every(({ pin }) => pin === manifestConfig({}).motionInterrupt)).toBe(true);
  expect(sdk.serials.get(MODEM_PORT)?.lost).toBe(0);
  // The rail of the modem, and the level shifter.
  expect((sdk.registers.get(0x80) ?? 0) & 4).toBe(4);
  expect((sdk.registers.get(0x90) ?? 0) & 16).toBe(16);
});

it("lets go of the accelerometer's line when motion wakes it", async () => {
  await start("modem");
  await until("a sleep", () => sdk.sleeps.length > 0);
  sdk.moves = true;
  await until("motion", () => sdk.statusReads > 0);
});

it("asks for no session over Wi-Fi before a fix has told the time, and then shows its certificates", async () => {
  await start("wifi");
  endSky();
  await until("ten minutes", () => sdk.time.nowMs > 600_000);
  expect(sdk.clients).toEqual([]);
  openSky();
  await until("a session", () => sdk.clients.length > 0);
  expect(sdk.clients[0]).toMatchObject({ host: "localhost", id: TAG, clean: true });
  expect(sdk.clients[0]?.["socket"]).toHaveProperty("secure.clientKey");
  expect(sdk.sleeps).toEqual([]);
});

it("goes on after an exception of the SDK's TLS that nobody caught, and tries again", async () => {
  await start("wifi");
  await until("a session", () => sdk.clients.length > 0);
  const { abort } = globalThis as { abort?: (message: string) => boolean };
  expect(abort?.("unhandled exception")).toBe(false);
  await until("another", () => sdk.clients.length > 1);
  expect(abort?.("memory full")).toBe(true);
});
