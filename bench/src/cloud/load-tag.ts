import { connect, type TLSSocket } from "node:tls";
import { generate } from "mqtt-packet";
import { frameLength, frameType, INCOMPLETE, PUBLISH } from "@purrimeter/bridge/mqtt-frame";
import { decodeAck } from "@purrimeter/protocol/ack";
import { ReportWriter } from "@purrimeter/protocol/report-writer";
import { topicOf } from "@purrimeter/protocol/topics";
import type { Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";

/** "stored": a report at QoS 0, answered by its acknowledgement. "puback": the same report at QoS 1, answered by the broker. */
export type AnswerKind = "stored" | "puback";

const PUBACK = 4;
const CONNACK = 2;
const SUBACK = 9;
const EPOCH = 7 as Epoch;
const FIX_INTERVAL_S = 10;
const JOURNAL_AGE_S = 2 * 86_400;
const LAT_E7 = 517_000_000;
const LON_E7 = -11_000_000;
const STEP_E7 = 450;
const STEPS = 64;

const writer = new ReportWriter();

/** A tag that sends one report, waits for its answer, and sends the next: as cheap as a client in Node gets. */
export class LoadTag {
  /** Answers since the run began. */
  answered = 0;
  #socket: TLSSocket;
  readonly #tag: TagId;
  readonly #topic: Buffer;
  readonly #kind: AnswerKind;
  readonly #onReady: () => void;
  readonly #beganS: number;
  #next = 1;
  #fixes = 1;
  #running = false;
  #idle: (() => void) | undefined;
  #rest: Buffer | undefined;
  #lastAck: Buffer | undefined;

  constructor(tag: TagId, kind: AnswerKind, socket: TLSSocket, onReady: () => void) {
    this.#tag = tag;
    this.#kind = kind;
    this.#socket = socket;
    this.#onReady = onReady;
    this.#topic = Buffer.from(topicOf(tag, "report"));
    this.#beganS = Math.floor(Date.now() / 1000) - JOURNAL_AGE_S;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
  }

  run(fixes: number): void {
    this.#fixes = fixes;
    this.#running = true;
    this.answered = 0;
    this.#send();
  }

  /** Resolves when the last report has been answered. */
  stop(): Promise<void> {
    this.#running = false;
    return new Promise((resolve) => (this.#idle = resolve));
  }

  /** Throws unless the last acknowledgement says that all entries are stored. */
  check(): void {
    if (this.#kind === "puback" || this.#lastAck === undefined) return;
    const ack = decodeAck(this.#lastAck);
    if (ack.ok && ack.value.kind === "stored" && ack.value.through === this.#next - 1) return;
    throw new Error(`${this.#tag}: not everything is stored, ${JSON.stringify(ack)}`);
  }

  end(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    let rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let length = frameLength(rest, 0); length > INCOMPLETE; length = frameLength(rest, 0)) {
      this.#take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#rest = rest.length === 0 ? undefined : Buffer.from(rest);
  }

  #take(frame: Buffer): void {
    const type = frameType(frame, 0);
    if (type === CONNACK) return this.#subscribe();
    if (type === SUBACK) return this.#onReady();
    // QoS 0: the acknowledgement. Settings come at QoS 1 and are of no interest here.
    const acknowledgement = this.#kind === "stored" && type === PUBLISH && (frame[0] ?? 0) === PUBLISH << 4;
    if (!acknowledgement && type !== PUBACK) return;
    if (acknowledgement) this.#lastAck = frame.subarray(4 + frame.readUInt16BE(2));
    this.answered += 1;
    if (this.#running) this.#send();
    else this.#idle?.();
  }

  #subscribe(): void {
    const topics = ["ack", "settings", "command"] as const;
    const subscriptions = topics.map((channel) => ({ topic: topicOf(this.#tag, channel), qos: 1 as const }));
    this.#socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions }));
  }

  #send(): void {
    writer.begin(EPOCH, this.#next, this.#next);
    for (let i = 0; i < this.#fixes; i++) this.#addFix(this.#next++);
    const length = writer.finish();
    this.#socket.write(publishFrame(this.#topic, writer.bytes, length, this.#kind === "puback" ? 1 : 0));
  }

  #addFix(number: number): void {
    const at = (this.#beganS + number * FIX_INTERVAL_S) as UnixSeconds;
    const step = ((number * 7) % STEPS) * STEP_E7;
    writer.addFix({ at, latE7: LAT_E7 + step, lonE7: LON_E7 - step, accuracyDm: 45 });
  }
}

function publishFrame(topic: Buffer, bytes: Uint8Array, length: number, qos: number): Buffer {
  const remaining = 2 + topic.length + 2 * qos + length;
  const headerBytes = remaining < 128 ? 2 : 3;
  const frame = Buffer.allocUnsafe(headerBytes + remaining);
  frame[0] = (PUBLISH << 4) | (qos << 1);
  frame[1] = headerBytes === 2 ? remaining : (remaining & 0x7f) | 0x80;
  if (headerBytes === 3) frame[2] = remaining >> 7;
  let at = frame.writeUInt16BE(topic.length, headerBytes);
  at += topic.copy(frame, at);
  if (qos > 0) at = frame.writeUInt16BE(1, at);
  frame.set(bytes.subarray(0, length), at);
  return frame;
}

/** What a tag shows in the handshake. */
export interface LoadCredentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** Where the tag connects from. */
  readonly localAddress: string;
}

/** Connects, joins and subscribes. Rejects when the other side refuses any of it. */
export function connectLoadTag(
  port: number,
  tag: TagId,
  kind: AnswerKind,
  credentials: LoadCredentials,
): Promise<LoadTag> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...credentials });
    socket.setNoDelay(true);
    const loadTag = new LoadTag(tag, kind, socket, () => resolve(loadTag));
    const session = { protocolId: "MQTT", protocolVersion: 4, clean: true, keepalive: 3_600 } as const;
    socket.once("secureConnect", () => socket.write(generate({ cmd: "connect", clientId: tag, ...session })));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`${tag}: connection closed`)));
  });
}
