import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import type { ReportSource } from "./report-source.ts";
import type { Credentials } from "../testing/test-authority.ts";
import { RecordingSink, until } from "../testing/recording-sink.ts";

/** A source that is not open yet, and what tags need to reach it. */
export interface SourceUnderTest {
  make(): ReportSource;
  credentials(tag: string): Credentials;
  remove(): void;
}

const ALF = "alf" as TagId;
const BEA = "bea" as TagId;

/** What every ReportSource does, with real clients over mutual TLS. `prepare` certifies the tags "alf" and "bea". */
export function describeReportSourceContract(name: string, prepare: () => Promise<SourceUnderTest>): void {
  describe(`${name} as a ReportSource`, () => {
    let under: SourceUnderTest;
    let source: ReportSource;
    let sink: RecordingSink;
    let port: number;
    const clients: MqttClient[] = [];

    beforeAll(async () => {
      under = await prepare();
    });
    afterAll(() => under.remove());
    beforeEach(async () => {
      sink = new RecordingSink();
      source = under.make();
      ({ port } = await source.open(sink));
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      await source.close();
    });

    async function join(tag: TagId, options: IClientOptions = {}): Promise<MqttClient> {
      const usual = {
        port,
        host: "127.0.0.1",
        servername: "localhost",
        protocol: "mqtts",
        clientId: tag,
      } as const;
      const client = connect({ ...usual, ...under.credentials(tag), reconnectPeriod: 0, ...options });
      clients.push(client);
      await new Promise<void>((resolve, reject) => {
        client.once("connect", () => resolve());
        client.once("error", reject);
        client.once("close", () => reject(new Error("refused")));
      });
      return client;
    }

    async function messagesOf(
      client: MqttClient,
      topics: string[],
    ): Promise<{ topic: string; text: string }[]> {
      const messages: { topic: string; text: string }[] = [];
      client.on("message", (topic, payload) => messages.push({ topic, text: payload.toString() }));
      await client.subscribeAsync(topics, { qos: 1 }).catch(() => []);
      return messages;
    }

    it("hands a report up with its tag and sends the answer to that tag only", async () => {
      const [alf, bea] = [await join(ALF), await join(BEA)];
      const toAlf = await messagesOf(alf, [topicOf(ALF, "ack")]);
      const toBea = await messagesOf(bea, [topicOf(BEA, "ack")]);
      alf.publish(topicOf(ALF, "report"), Buffer.from("one"));
      await until(() => sink.reports.length === 1, "the report");
      expect(sink.reports[0]).toMatchObject({ tag: ALF, bytes: Buffer.from("one") });
      expect(toAlf).toEqual([]);
      sink.reports[0]?.answer(Buffer.from("stored"));
      await until(() => toAlf.length === 1, "the acknowledgement");
      expect(toAlf).toEqual([{ topic: topicOf(ALF, "ack"), text: "stored" }]);
      expect(toBea).toEqual([]);
    });

    it("confirms a report at QoS 1 only when it has been answered", async () => {
      const alf = await join(ALF);
      let confirmed = false;
      const publishing = alf.publishAsync(topicOf(ALF, "report"), Buffer.from("one"), { qos: 1 });
      void publishing.then(() => (confirmed = true));
      await until(() => sink.reports.length === 1, "the report");
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(confirmed).toBe(false);
      sink.reports[0]?.answer(Buffer.from("stored"));
      await publishing;
    });

    it("answers reports of one tag in their order, whatever is stored first", async () => {
      const alf = await join(ALF);
      const messages = await messagesOf(alf, [topicOf(ALF, "ack")]);
      for (const text of ["a", "b", "c"]) alf.publish(topicOf(ALF, "report"), Buffer.from(text));
      await until(() => sink.reports.length === 3, "three reports");
      for (const report of sink.reports.toReversed()) report.answer(report.bytes);
      await until(() => messages.length === 3, "three acknowledgements");
      expect(messages.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    });

    it("hands up what a tag says of itself, and its will when it vanishes", async () => {
      const will = {
        topic: topicOf(ALF, "status"),
        payload: Buffer.from("gone"),
        qos: 1,
        retain: false,
      } as const;
      const alf = await join(ALF, { will });
      await alf.publishAsync(topicOf(ALF, "status"), Buffer.from("here"), { qos: 1 });
      expect(sink.statuses).toEqual([{ tag: ALF, bytes: Buffer.from("here") }]);
      alf.stream.destroy();
      await until(() => sink.statuses.length === 2, "the will");
      expect(sink.statuses[1]).toEqual({ tag: ALF, bytes: Buffer.from("gone") });
      await until(() => sink.gone.includes(ALF), "the end of the session");
    });

    it("sends settings to a tag that is there and subscribed, and says so when it is not", async () => {
      expect(source.send(ALF, "settings", Buffer.from("s"))).toBe(false);
      const alf = await join(ALF);
      expect(source.send(ALF, "settings", Buffer.from("s"))).toBe(false);
      const messages = await messagesOf(alf, [topicOf(ALF, "settings")]);
      expect(sink.subscriptions).toEqual([{ tag: ALF, channel: "settings" }]);
      expect(source.send(ALF, "settings", Buffer.from("s"))).toBe(true);
      await until(() => messages.length === 1, "the settings");
      expect(messages).toEqual([{ topic: topicOf(ALF, "settings"), text: "s" }]);
    });

    it.each([
      "#",
      "+/report",
      "purrimeter/1/+/ack",
      "$share/g/purrimeter/1/bea/ack",
      "purrimeter/1/bea/ack",
      "$SYS/#",
    ])("delivers nothing to a subscription to %s", async (filter) => {
      const [alf, bea] = [await join(ALF), await join(BEA)];
      sink.echoes = true;
      const toAlf = await messagesOf(alf, [filter]);
      const toBea = await messagesOf(bea, [topicOf(BEA, "ack"), topicOf(BEA, "settings")]);
      bea.publish(topicOf(BEA, "report"), Buffer.from("private"));
      await bea.publishAsync(topicOf(BEA, "status"), Buffer.from("private"), { qos: 1 });
      source.send(BEA, "settings", Buffer.from("private"));
      await until(() => toBea.length === 2, "what is for the other");
      await alf.publishAsync(topicOf(ALF, "status"), Buffer.from("x"), { qos: 1 });
      expect(toAlf).toEqual([]);
    });

    it("takes nothing that a tag publishes as another", async () => {
      const alf = await join(ALF);
      const gone = new Promise<void>((resolve) => alf.once("close", () => resolve()));
      alf.publish(topicOf(BEA, "report"), Buffer.from("forged"));
      alf.publish(topicOf(BEA, "status"), Buffer.from("forged"));
      await gone;
      expect(sink.reports).toEqual([]);
      expect(sink.statuses).toEqual([]);
    });

    it.each(["unknown", "revoked"] as const)("lets no %s tag in", async (admission) => {
      sink.admissions.set(ALF, admission);
      await expect(join(ALF)).rejects.toThrow();
    });

    it("lets no tag in while it cannot be looked up, and ends no session for it", async () => {
      const alf = await join(ALF);
      sink.admissions.set(ALF, "unavailable").set(BEA, "unavailable");
      await source.expelRevoked();
      await expect(join(BEA)).rejects.toThrow();
      expect(alf.connected).toBe(true);
    });

    it("ends the session of a tag that is revoked", async () => {
      const [alf, bea] = [await join(ALF), await join(BEA)];
      const gone = new Promise<void>((resolve) => alf.once("close", () => resolve()));
      sink.admissions.set(ALF, "revoked");
      await source.expelRevoked();
      await gone;
      expect(bea.connected).toBe(true);
    });

    it("sends the answers of what is being stored before it closes", async () => {
      const alf = await join(ALF);
      const messages = await messagesOf(alf, [topicOf(ALF, "ack")]);
      alf.publish(topicOf(ALF, "report"), Buffer.from("one"));
      await until(() => sink.reports.length === 1, "the report");
      const closing = source.close();
      sink.reports[0]?.answer(Buffer.from("stored"));
      await closing;
      await until(() => messages.length === 1, "the acknowledgement");
    });
  });
}
