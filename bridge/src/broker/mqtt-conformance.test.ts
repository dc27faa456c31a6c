import { expect, it } from "vitest";
import { generate } from "mqtt-packet";
import { topicOf } from "@purrimeter/protocol/topics";
import { ALF, useTestSource } from "../testing/use-test-source.ts";
import { dial, dialAndConnect } from "../testing/raw-tag.ts";

const REPORT = topicOf(ALF, "report");
const ACK = topicOf(ALF, "ack");

const fixture = useTestSource();

async function start(): Promise<number> {
  const port = await fixture.start();
  fixture.open.sink.echoes = true;
  return port;
}

it("delivers no acknowledgement that is not subscribed to, nor after UNSUBSCRIBE (3.10.4)", async () => {
  const tag = await dialAndConnect(await start(), ALF, fixture.alf);
  const report = async (messageId: number): Promise<void> => {
    tag.publish(REPORT, Buffer.from("x"), { qos: 1, messageId });
    expect((await tag.next("puback")).messageId).toBe(messageId);
  };
  await report(1);
  await tag.subscribe(ACK);
  expect(tag.received).toEqual([]);
  await report(2);
  expect((await tag.next("publish")).topic).toBe(ACK);
  tag.send({ cmd: "unsubscribe", messageId: 3, unsubscriptions: [ACK] });
  await tag.next("unsuback");
  await report(4);
  tag.send({ cmd: "pingreq" });
  await tag.next("pingresp");
  expect(tag.received).toEqual([]);
});

it("acknowledges a report that was sent right behind the subscription", async () => {
  const tag = await dialAndConnect(await start(), ALF, fixture.alf);
  const usual = { qos: 1, dup: false, retain: false } as const;
  tag.socket.write(
    Buffer.concat([
      generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: ACK, qos: 0 }] }),
      generate({ cmd: "publish", messageId: 2, topic: REPORT, payload: Buffer.from("x"), ...usual }),
    ]),
  );
  expect((await tag.next("publish")).topic).toBe(ACK);
});

it.each([
  ["3", "MQIsdp", 3],
  ["5", "MQTT", 5],
  ["6", "MQTT", 6],
])("answers protocol level %s with CONNACK 1 and closes (3.1.2.2)", async (_, name, level) => {
  const tag = await dial(await start(), fixture.alf);
  const body = Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([level, 2, 0, 60, 0, 3]),
    Buffer.from(ALF),
  ]);
  tag.socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
  expect((await tag.next("connack")).returnCode).toBe(1);
  await tag.closed;
  expect(fixture.open.events).toEqual(["bad-protocol alf"]);
});
