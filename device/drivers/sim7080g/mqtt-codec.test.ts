import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MqttReader } from "./mqtt-reader.ts";
import { MqttWriter } from "./mqtt-writer.ts";

/** What a reader says of a stream that comes in these parts, and "broken" where it gives up. */
function read(parts: readonly Uint8Array[]): string[] {
  const said: string[] = [];
  const reader = new MqttReader({
    connected: (code) => said.push(`connected ${code}`),
    subscribed: (isGranted) => said.push(`subscribed ${isGranted}`),
    published: (topic, payload, id) => said.push(`${topic} ${Buffer.from(payload).toString("hex")} ${id}`),
    alive: () => said.push("alive"),
  });
  for (const part of parts) if (!reader.feed(part)) return [...said, "broken"];
  return said;
}

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("packets from the broker", () => {
  it.each([
    ["CONNACK", "20 02 00 00", ["connected 0"]],
    ["a refused CONNACK", "20 02 00 05", ["connected 5"]],
    ["SUBACK", "90 05 0001 00 01 01", ["subscribed true"]],
    ["a SUBACK that grants not all", "90 05 0001 00 80 01", ["subscribed false"]],
    ["PUBLISH at QoS 0", "30 05 0001 61 beef", ["a beef 0"]],
    ["PUBLISH at QoS 1", "32 07 0001 61 000a beef", ["a beef 10"]],
    ["PUBLISH again", "3a 07 0001 61 000a beef", ["a beef 10"]],
    ["an empty PUBLISH", "30 03 0001 61", ["a  0"]],
    ["PINGRESP", "d0 00", ["alive"]],
    ["PUBLISH at QoS 2", "34 07 0001 61 000a beef", ["broken"]],
    ["a topic that is longer than its packet", "30 04 00ff 61 62", ["broken"]],
    ["a PUBLISH without a topic", "30 01 00", ["broken"]],
    ["a CONNECT", "10 00", ["broken"]],
    ["a packet that is too long", "30 ff 7f", ["broken"]],
    ["a length without an end", "30 ff ff ff ff", ["broken"]],
  ])("%s", (_what, bytes, said) => {
    expect(read([hex(bytes)])).toEqual(said);
    expect(read(Array.from(hex(bytes), (byte) => Uint8Array.of(byte)))).toEqual(said);
  });

  it("may be anything at all", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5_000 }), (noise) => void read([noise])));
  });

  it("are the same wherever they are cut", () => {
    const writer = new MqttWriter();
    const whole = fc.array(fc.tuple(fc.stringMatching(/^[a-z/]{1,64}$/), fc.uint8Array({ maxLength: 500 })));
    fc.assert(
      fc.property(whole, fc.nat(600), (messages, step) => {
        writer.clear();
        const kept = messages.filter(([topic, payload]) => writer.publish(topic, payload));
        const bytes = writer.front(Infinity).slice();
        const parts = Array.from({ length: Math.ceil(bytes.length / (step + 1)) }, (_, i) =>
          bytes.subarray(i * (step + 1), (i + 1) * (step + 1)),
        );
        const said = kept.map(([topic, payload]) => `${topic} ${Buffer.from(payload).toString("hex")} 0`);
        expect(read(parts)).toEqual(said);
      }),
    );
  });
});

describe("packets to the broker", () => {
  it("wait in order, and are taken from the front", () => {
    const writer = new MqttWriter();
    expect(writer.publish("a", Uint8Array.of(1))).toBe(true);
    expect(writer.acknowledge(258)).toBe(true);
    expect(Buffer.from(writer.front(99)).toString("hex")).toBe("3004000161" + "01" + "40020102");
    writer.drop(6);
    expect(Buffer.from(writer.front(2)).toString("hex")).toBe("4002");
    expect(writer.ping() && writer.disconnect()).toBe(true);
    expect(Buffer.from(writer.front(99)).toString("hex")).toBe("40020102" + "c000" + "e000");
  });

  it("are not taken where there is no room, and what waits stays whole", () => {
    const writer = new MqttWriter();
    expect(writer.publish("a", new Uint8Array(4_000))).toBe(true);
    const { waiting } = writer;
    expect(writer.publish("a", new Uint8Array(100))).toBe(false);
    expect(writer.waiting).toBe(waiting);
  });
});
