import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { generate, parser, type Packet } from "mqtt-packet";
import type { Credentials } from "./test-authority.ts";

const DEADLINE_MS = 30_000;

/** MQTT packets by hand over a real TLS socket: sends what no client library would. */
export class RawTag {
  readonly socket: TLSSocket;
  readonly received: Packet[] = [];
  /** Settles when the connection is gone, however it went. */
  readonly closed: Promise<void>;
  #wake: () => void = () => {};

  constructor(socket: TLSSocket) {
    this.socket = socket;
    const packets = parser();
    packets.on("packet", (packet) => {
      this.received.push(packet);
      this.#wake();
    });
    socket.on("data", (bytes: Buffer) => packets.parse(bytes));
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.once("close", () => this.#wake());
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  /** CONNECT as our firmware sends it, with changes. */
  join(id: string, changes: object = {}): void {
    const usual = {
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: id,
      keepalive: 60,
    } as const;
    this.send({ cmd: "connect", ...usual, ...changes });
  }

  publish(topic: string, payload: Uint8Array, changes: object = {}): void {
    const usual = { qos: 0, dup: false, retain: false } as const;
    this.send({ cmd: "publish", topic, payload: Buffer.from(payload), ...usual, ...changes });
  }

  /** Subscribes to one topic and waits for the answer. */
  async subscribe(topic: string): Promise<void> {
    this.send({ cmd: "subscribe", messageId: 65_535, subscriptions: [{ topic, qos: 0 }] });
    await this.next("suback");
  }

  /** The next packet of that kind that nobody has taken yet; rejects when the connection ends or 5 s are over. */
  async next<Cmd extends Packet["cmd"]>(cmd: Cmd): Promise<Extract<Packet, { cmd: Cmd }>> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const index = this.received.findIndex((packet) => packet.cmd === cmd);
      if (index >= 0) return this.received.splice(index, 1)[0] as Extract<Packet, { cmd: Cmd }>;
      if (this.socket.destroyed) throw new Error(`connection ended before ${cmd}`);
      if (performance.now() > deadlineMs) throw new Error(`no ${cmd} within ${DEADLINE_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** A handshake with these credentials. Rejects when the other side refuses it, also when it does so after TLS 1.3's first flight. */
export async function dial(
  port: number,
  credentials: Partial<Credentials>,
  options: ConnectionOptions = {},
): Promise<RawTag> {
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...credentials, ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
  });
  return new RawTag(socket);
}

/** A tag that has connected and been accepted, and has subscribed to nothing. */
export async function dialAndConnect(
  port: number,
  id: string,
  credentials: Credentials,
  changes: object = {},
): Promise<RawTag> {
  const tag = await dial(port, credentials);
  tag.join(id, changes);
  const { returnCode } = await tag.next("connack");
  if (returnCode !== 0) throw new Error(`refused with return code ${returnCode}`);
  return tag;
}

/** A tag that has connected, been accepted and subscribed to its acknowledgements. */
export async function dialAndJoin(
  port: number,
  id: string,
  credentials: Credentials,
  changes: object = {},
): Promise<RawTag> {
  const tag = await dialAndConnect(port, id, credentials, changes);
  await tag.subscribe(`purrimeter/1/${id}/ack`);
  return tag;
}
