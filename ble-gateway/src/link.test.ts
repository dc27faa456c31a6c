import { Random } from "@purrimeter/device/random";
import { message } from "@purrimeter/device/testing/uplink-contract";
import { slipFrame } from "@purrimeter/protocol/slip";
import { topicOf } from "@purrimeter/protocol/topics";
import { describe, expect, it } from "vitest";
import { newPairing } from "./pairing.ts";
import { REPEAT_STATE_MS } from "./tag-link.ts";
import { TOM, Wire } from "./testing/wire.ts";

const REPORT = topicOf(TOM, "report");
const ACK = topicOf(TOM, "ack");
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A wire whose tag has its session. */
function standing(): Wire {
  const wire = new Wire();
  wire.open();
  wire.bridge?.up();
  wire.settle();
  expect(wire.told).toEqual(["up"]);
  expect(wire.received).toEqual(["connect tom 1.0.0"]);
  return wire;
}

describe("a tag and its gateway", () => {
  it("carry reports, status and acknowledgements", () => {
    const wire = standing();
    expect(wire.tag.publish(REPORT, bytes(0xc0, 0xdb, 1))).toBe(true);
    expect(wire.tag.publish(topicOf(TOM, "status"), bytes(9))).toBe(true);
    wire.settle();
    const sent = [message(REPORT, bytes(0xc0, 0xdb, 1)), message(topicOf(TOM, "status"), bytes(9))];
    expect(wire.received.slice(1)).toEqual(sent);
    for (const channel of ["ack", "settings", "command"] as const)
      wire.bridge?.message(topicOf(TOM, channel), bytes(7));
    wire.settle();
    const heard = (["ack", "settings", "command"] as const).map((channel) =>
      message(topicOf(TOM, channel), bytes(7)),
    );
    expect(wire.told.slice(1)).toEqual(heard);
  });

  it("carry the largest report and the largest settings, and no larger", () => {
    const wire = standing();
    wire.tag.publish(REPORT, new Uint8Array(2_048).fill(0xc0));
    wire.tag.publish(REPORT, new Uint8Array(2_049));
    wire.settle();
    expect(wire.received.slice(1)).toEqual([message(REPORT, new Uint8Array(2_048).fill(0xc0))]);
    wire.bridge?.message(topicOf(TOM, "settings"), new Uint8Array(3_840).fill(0xdb));
    wire.bridge?.message(topicOf(TOM, "settings"), new Uint8Array(3_841));
    wire.settle();
    expect(wire.told).toHaveLength(2);
  });

  it("say nothing that somebody who listens could read, name a tag by, or know again", () => {
    const [one, two] = [standing(), standing()];
    const secret = new TextEncoder().encode("52.1234567 5.1234567 in the clear");
    for (const wire of [one, two]) wire.tag.publish(REPORT, secret);
    const text = (wire: Wire): string =>
      Buffer.concat([...wire.sentToGateway, ...wire.sentToTag]).toString("latin1");
    for (const wire of [one, two]) expect(text(wire)).not.toMatch(/52\.1234567|tom|1\.0\.0/);
    expect(one.sentToGateway.at(-1)).not.toEqual(two.sentToGateway.at(-1));
  });

  it("tell the tag when the bridge is gone, and when it is back", () => {
    const wire = standing();
    wire.bridge?.down();
    wire.settle();
    expect(wire.told).toEqual(["up", "down"]);
    expect(wire.tag.publish(REPORT, bytes(1))).toBe(false);
    wire.bridge?.up();
    wire.settle();
    expect(wire.told).toEqual(["up", "down", "up"]);
  });

  it("end the session with the bridge when the tag wants none, or is out of reach", () => {
    const wire = standing();
    wire.tag.disconnect();
    wire.settle();
    expect([wire.told, wire.received.slice(1)]).toEqual([["up", "down"], ["disconnect"]]);
    wire.tag.connect();
    wire.settle();
    wire.gateway.closed();
    expect(wire.received.slice(2)).toEqual(["connect tom 1.0.0", "close"]);
  });

  it("find each other again after the gateway was killed, the tag was reset, or the link broke", () => {
    const wire = standing();
    wire.replaceGateway();
    wire.pass(0);
    wire.bridge?.up();
    wire.settle();
    expect(wire.told.at(-1)).toBe("up");
    wire.tag.opened();
    wire.pass();
    wire.pass();
    expect(wire.told.at(-1)).toBe("up");
    wire.tag.publish(REPORT, bytes(5));
    wire.settle();
    expect(wire.received.at(-1)).toBe(message(REPORT, bytes(5)));
  });

  it.each(Array.from({ length: 12 }, (_, lost) => lost))("get over the loss of frame %i", (lost) => {
    const wire = new Wire();
    wire.tag.connect();
    wire.tag.opened();
    let count = 0;
    for (let second = 0; second < 80; second++) {
      wire.gateway.tick(second * 1_000);
      while (wire.toTag.length + wire.toGateway.length > 0) {
        const up = wire.toGateway.shift();
        if (up !== undefined && count++ !== lost) wire.gateway.bytes(up);
        const down = wire.toTag.shift();
        if (down !== undefined && count++ !== lost) wire.feedTag(down);
      }
      if (second === 4) wire.bridge?.up();
    }
    expect(wire.told).toContain("up");
    wire.tag.publish(REPORT, bytes(5));
    wire.settle();
    expect(wire.received.at(-1)).toBe(message(REPORT, bytes(5)));
  });
});

describe("an attacker between the ends, or one that pretends to be the gateway, achieves nothing", () => {
  it("repeating what the tag said: the bridge gets it once", () => {
    const wire = standing();
    wire.tag.publish(REPORT, bytes(5));
    wire.settle();
    const before = wire.received.length;
    for (const frame of wire.sentToGateway) wire.gateway.bytes(frame);
    wire.settle();
    expect(wire.received).toHaveLength(before);
  });

  it("repeating what the gateway said: the tag hears it once, and its session stays", () => {
    const wire = standing();
    wire.bridge?.message(ACK, bytes(1, 2, 3));
    wire.settle();
    for (const frame of [...wire.sentToTag]) wire.feedTag(frame);
    wire.settle();
    expect(wire.told).toEqual(["up", message(ACK, bytes(1, 2, 3))]);
    wire.tag.publish(REPORT, bytes(5));
    wire.settle();
    expect(wire.received.at(-1)).toBe(message(REPORT, bytes(5)));
  });

  it("reordering: what comes late is dropped", () => {
    const wire = standing();
    for (let i = 1; i <= 3; i++) wire.bridge?.message(ACK, bytes(i));
    wire.toTag.reverse();
    wire.settle();
    expect(wire.told.slice(1)).toEqual([message(ACK, bytes(3))]);
    for (let i = 1; i <= 3; i++) wire.tag.publish(REPORT, bytes(i));
    wire.toGateway.reverse();
    wire.settle();
    expect(wire.received.slice(1)).toEqual([message(REPORT, bytes(3))]);
  });

  it("flipping any bit, cutting at any byte, or changing the counter", () => {
    const wire = standing();
    wire.bridge?.message(ACK, bytes(1));
    const frame = wire.toTag.shift() ?? bytes();
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = Uint8Array.from(frame);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      wire.feedTag(flipped);
      wire.feedTag(slipFrame(frame.subarray(1, Math.min(1 + (bit >> 3), frame.length - 2))));
    }
    expect(wire.told).toEqual(["up"]);
    wire.feedTag(frame);
    expect(wire.told).toEqual(["up", message(ACK, bytes(1))]);
  });

  it("inventing acknowledgements without the key", () => {
    const wire = standing();
    const random = new Random(1);
    for (let counter = 0; counter < 500; counter++) {
      const invented = new Uint8Array(60).map(() => Math.floor(random.next() * 256));
      invented.set([3, 0, 0, counter >> 8, counter & 255]);
      wire.feedTag(slipFrame(invented));
    }
    expect(wire.told).toEqual(["up"]);
  });

  it("echoing the tag's own frames to it", () => {
    const wire = standing();
    wire.tag.publish(REPORT, bytes(5));
    for (const frame of wire.sentToGateway) wire.feedTag(frame);
    expect(wire.told).toEqual(["up"]);
  });

  it("having another tag's key, or none: neither side takes the other", () => {
    const [own, other] = [newPairing(TOM), newPairing(TOM)];
    const wrongKey = new Wire(own, [{ ...own, key: other.key }]);
    const unknown = new Wire(own, [other]);
    for (const wire of [wrongKey, unknown]) {
      wire.open();
      for (let i = 0; i < 5; i++) wire.pass();
      expect([wire.told, wire.received]).toEqual([[], []]);
    }
  });

  it("playing an old session to the tag, and to the gateway", () => {
    const wire = standing();
    wire.bridge?.message(ACK, bytes(1, 2, 3));
    wire.settle();
    const [toTag, toGateway] = [[...wire.sentToTag], [...wire.sentToGateway]];
    wire.tag.opened();
    wire.told.length = 0;
    for (const frame of toTag) wire.feedTag(frame);
    expect(wire.told).toEqual([]);
    wire.replaceGateway();
    wire.received.length = 0;
    wire.gateway.tick(1e9);
    for (const frame of toGateway) wire.gateway.bytes(frame);
    expect(wire.received).toEqual([]);
  });

  it("giving the same challenge for ever: no two sessions of a tag have one key, even without randomness", () => {
    const wire = new Wire();
    const challenge = bytes(0xc0, 1, 1, ...new Array<number>(16).fill(5), 0xc0);
    wire.tag.connect();
    for (let i = 0; i < 600; i++) wire.feedTag(challenge);
    const sealed = wire.sentToGateway
      .filter((frame) => frame[1] === 3)
      .map((frame) => Buffer.from(frame).toString("hex"));
    expect(sealed).toHaveLength(600);
    expect(new Set(sealed).size).toBe(600);
  });

  it("challenging a tag that has a session with its gateway: the session stays", () => {
    const wire = standing();
    wire.feedTag(bytes(0xc0, 1, 1, ...new Array<number>(16).fill(5), 0xc0));
    wire.toGateway.length = 0;
    wire.tag.publish(REPORT, bytes(5));
    wire.settle();
    expect([wire.told, wire.received.at(-1)]).toEqual([["up"], message(REPORT, bytes(5))]);
  });

  it("knocking without end: the gateway asks once in two seconds", () => {
    const wire = standing();
    const before = wire.sentToTag.length;
    for (let ms = 0; ms < REPEAT_STATE_MS / 3; ms += 10) {
      wire.gateway.bytes(bytes(0xc0, 0, 1, 0xc0));
      wire.gateway.tick(3_000 + ms);
    }
    expect(wire.sentToTag.length - before).toBeLessThanOrEqual(6);
  });
});
