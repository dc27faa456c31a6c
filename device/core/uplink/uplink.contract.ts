import { afterEach, describe, expect, it } from "vitest";
import type { Uplink } from "../ports.ts";
import { until } from "../testing/until.ts";

/** An uplink to test, and the other end of it. */
export interface UplinkUnderTest {
  readonly uplink: Uplink;
  /** Calls of the listener, in order: "up", "down", or "topic=hex". */
  readonly told: readonly string[];
  /** What came out at the other end, in order: "topic=hex". */
  readonly received: readonly string[];
  /** Topics that the tag has subscribed to, sorted. */
  subscribed(): readonly string[];
  /** Sends to the tag. */
  send(topic: string, bytes: Uint8Array): void;
  /** Breaks the session without DISCONNECT; the other end stays reachable for the next one. */
  breakSession(): void;
  /** From now on the session stays open and carries nothing, either way; a new one works. */
  swallow(): void;
  readonly topics: { readonly report: string; readonly downlink: readonly string[] };
  dispose(): Promise<void>;
}

/** "topic=hex", as in UplinkUnderTest. */
export function message(topic: string, bytes: Uint8Array): string {
  return `${topic}=${Buffer.from(bytes).toString("hex")}`;
}

/** What the firmware relies on, whatever carries MQTT. */
export function describeUplinkContract(name: string, make: () => Promise<UplinkUnderTest>): void {
  describe(`${name} as an uplink`, () => {
    let under: UplinkUnderTest | undefined;
    afterEach(async () => {
      await under?.dispose();
      under = undefined;
    });
    const open = async (): Promise<UplinkUnderTest> => {
      under = await make();
      return under;
    };
    const connected = async (): Promise<UplinkUnderTest> => {
      const opened = await open();
      opened.uplink.connect();
      await until("up", () => opened.told.includes("up"));
      return opened;
    };
    const bytes = Uint8Array.of(1, 2, 0, 255);

    it("takes nothing before it is connected, and tells nothing within connect", async () => {
      const { uplink, told, topics } = await open();
      expect(uplink.publish(topics.report, bytes)).toBe(false);
      uplink.connect();
      expect(told).toEqual([]);
    });

    it("is up once it is subscribed to exactly the tag's topics", async () => {
      const opened = await connected();
      expect(opened.subscribed()).toEqual([...opened.topics.downlink].sort());
      expect(opened.told).toEqual(["up"]);
    });

    it("carries bytes both ways, in order, and does not keep the array it was given", async () => {
      const opened = await connected();
      const buffer = Uint8Array.from(bytes);
      expect(opened.uplink.publish(opened.topics.report, buffer)).toBe(true);
      buffer.fill(7);
      expect(opened.uplink.publish(opened.topics.report, buffer)).toBe(true);
      const sent = [bytes, Uint8Array.of(7, 7, 7, 7)].map((one) => message(opened.topics.report, one));
      await until("reports", () => opened.received.length === 2);
      expect(opened.received).toEqual(sent);
      for (const topic of opened.topics.downlink) opened.send(topic, bytes);
      await until("answers", () => opened.told.length === 1 + opened.topics.downlink.length);
      expect(opened.told.slice(1)).toEqual(opened.topics.downlink.map((topic) => message(topic, bytes)));
    });

    it("says that it is down, takes nothing meanwhile, and comes back by itself", async () => {
      const opened = await connected();
      opened.breakSession();
      await until("down", () => opened.told.includes("down"));
      expect(opened.uplink.publish(opened.topics.report, bytes)).toBe(false);
      await until("up again", () => opened.told.length === 3);
      expect(opened.told).toEqual(["up", "down", "up"]);
      expect(opened.uplink.publish(opened.topics.report, bytes)).toBe(true);
      await until("report", () => opened.received.length === 1);
    });

    it("gives up a session that swallows everything when it is asked to, and takes another", async () => {
      const opened = await connected();
      opened.swallow();
      expect(opened.uplink.publish(opened.topics.report, bytes)).toBe(true);
      opened.uplink.reconnect?.();
      await until("up again", () => opened.told.length === 3);
      expect(opened.told).toEqual(["up", "down", "up"]);
      expect(opened.uplink.publish(opened.topics.report, bytes)).toBe(true);
      const report = message(opened.topics.report, bytes);
      await until("report", () => opened.received.includes(report));
      expect(opened.received.filter((line) => line === report)).toHaveLength(1);
    });

    it("is told to give up a session, which every uplink that holds a socket can", async () => {
      const opened = await open();
      expect("reconnect" in opened.uplink).toBe(true);
    });

    it("stays down after disconnect until it is asked again", async () => {
      const opened = await connected();
      opened.uplink.disconnect();
      expect(opened.told).toEqual(["up", "down"]);
      expect(opened.uplink.publish(opened.topics.report, bytes)).toBe(false);
      opened.uplink.connect();
      await until("up again", () => opened.told.length === 3);
      expect(opened.told).toEqual(["up", "down", "up"]);
    });
  });
}
