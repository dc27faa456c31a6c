import fc from "fast-check";
import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { MAX_MQTT_PACKET_BYTES } from "@purrimeter/protocol/limits";
import { frameLength, frameType, INCOMPLETE, OVERSIZED, PUBLISH } from "./mqtt-frame.ts";
import { readPublish, writeAnswer } from "./publish-frame.ts";

const TOPIC = Buffer.from("purrimeter/1/alf/report");

function publish(payload: Buffer, changes: object = {}): Buffer {
  const usual = { qos: 0, dup: false, retain: false } as const;
  return generate({ cmd: "publish", topic: TOPIC.toString(), payload, ...usual, ...changes });
}

describe("frameLength", () => {
  it("measures what mqtt-packet writes, at any place in a buffer", () => {
    const payload = fc.uint8Array({ maxLength: MAX_MQTT_PACKET_BYTES - 40 });
    fc.assert(
      fc.property(payload, fc.nat(20), (bytes, offset) => {
        const frame = publish(Buffer.from(bytes));
        const buffer = Buffer.concat([Buffer.alloc(offset, 0xff), frame, Buffer.from([0x30])]);
        expect(frameLength(buffer, offset)).toBe(frame.length);
        expect(frameType(buffer, offset)).toBe(PUBLISH);
        for (const cut of [1, 2, frame.length - 1].filter((end) => end < frame.length))
          expect(frameLength(frame.subarray(0, cut), 0)).toBe(INCOMPLETE);
      }),
    );
  });

  it.each([
    ["one byte too many", [0x30, 0xfe, 0x13]],
    ["three bytes of length", [0x30, 0x80, 0x80, 0x01]],
    ["the most that MQTT allows", [0x30, 0xff, 0xff, 0xff, 0x7f]],
    ["a length without end", [0x30, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])("refuses %s", (_what, bytes) => {
    expect(frameLength(Buffer.from(bytes), 0)).toBe(OVERSIZED);
  });

  it("takes the largest", () => {
    expect(frameLength(Buffer.from([0x30, 0xfd, 0x13]), 0)).toBe(INCOMPLETE);
    expect(3 + 0x7d + (0x13 << 7)).toBe(MAX_MQTT_PACKET_BYTES);
  });
});

describe("readPublish", () => {
  it("finds payload and message id of a report", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.integer({ min: 0, max: 65_535 }),
        (bytes, messageId) => {
          const frame = publish(Buffer.from(bytes), messageId === 0 ? {} : { qos: 1, messageId });
          const found = readPublish(frame, 0, frame.length, TOPIC);
          expect(found?.messageId).toBe(messageId);
          expect(frame.subarray(found?.start, found?.end).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it.each([
    ["QoS 2", publish(Buffer.from("x"), { qos: 2, messageId: 1 })],
    ["retained", publish(Buffer.from("x"), { retain: true })],
    ["another topic", publish(Buffer.from("x"), { topic: "purrimeter/1/bea/report" })],
    ["a longer topic", publish(Buffer.from("x"), { topic: "purrimeter/1/alf/reports" })],
    [
      "QoS 1 without room for its id",
      Buffer.concat([Buffer.from([0x32, 2 + TOPIC.length, 0, TOPIC.length]), TOPIC]),
    ],
    [
      "message id 0",
      Buffer.concat([Buffer.from([0x32, 4 + TOPIC.length, 0, TOPIC.length]), TOPIC, Buffer.alloc(2)]),
    ],
    ["a topic longer than the frame", Buffer.from([0x30, 2, 0xff, 0xff])],
    ["nothing", Buffer.from([0x30, 0])],
  ])("leaves %s to the broker", (_what, frame) => {
    expect(readPublish(frame, 0, frame.length, TOPIC)).toBeUndefined();
  });

  it("never throws, whatever the bytes", () => {
    const any = fc.uint8Array({ minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(any, (bytes) => {
        const frame = Buffer.from(bytes);
        const length = frameLength(frame, 0);
        if (length > 0) readPublish(frame, 0, length, Buffer.from("ab"));
      }),
      { numRuns: 2_000 },
    );
  });
});

it("writes what mqtt-packet would", () => {
  const topic = Buffer.from("purrimeter/1/alf/ack");
  for (const size of [0, 1, 100, 105, 106, 107, 500]) {
    const ack = Buffer.alloc(size, 7);
    const message = generate({
      cmd: "publish",
      topic: topic.toString(),
      payload: ack,
      qos: 0,
      dup: false,
      retain: false,
    });
    const puback = generate({ cmd: "puback", messageId: 513 });
    expect(writeAnswer(0, topic, ack).equals(message)).toBe(true);
    expect(writeAnswer(513, topic, ack).equals(Buffer.concat([puback, message]))).toBe(true);
  }
});
