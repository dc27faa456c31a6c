import type { TLSSocket } from "node:tls";
import { within } from "./must.ts";
import type { TagIdentity } from "./target.ts";
import { ANSWER_MS, closed, dial, type Api } from "./wire.ts";

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** A packet of MQTT: its first byte and its body. */
function packet(first: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** CONNECT with a clean session; `level` 4 is MQTT 3.1.1, and 5 has properties. */
export function connectPacket(id: string, level = 4): Buffer {
  const name = level === 3 ? "MQIsdp" : "MQTT";
  const properties = level === 5 ? [Buffer.from([0])] : [];
  return packet(0x10, text(name), Buffer.from([level, 2, 0, 60]), ...properties, text(id));
}

export function publishPacket(topic: string, payload: Uint8Array, flags = 0): Buffer {
  return packet(0x30 | flags, text(topic), ...(flags >= 2 ? [Buffer.from([0, 1])] : []), payload);
}

export function subscribePacket(topic: string): Buffer {
  return packet(0x82, Buffer.from([0, 7]), text(topic), Buffer.from([0]));
}

/** A tag's connection by hand: sends what no client library would. */
export class RawTag {
  readonly socket: TLSSocket;
  /** All packets that came, the type in the upper half of the first byte. */
  readonly received: Buffer[] = [];
  #rest = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.once("close", () => this.#wake());
  }

  /** The first packet of a type that nobody has taken; undefined when the connection ends before. */
  async next(type: number): Promise<Buffer | undefined> {
    for (;;) {
      const index = this.received.findIndex(([first = 0]) => first >> 4 === type);
      if (index >= 0) return this.received.splice(index, 1)[0];
      if (this.socket.closed) return undefined;
      await within(ANSWER_MS, "a packet", new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }

  /** Resolves when the bridge has ended the connection. */
  ended(): Promise<void> {
    return within(ANSWER_MS, "the end of a session", closed(this.socket));
  }

  /** The bridge has read all before: it answers a ping. */
  async alive(): Promise<boolean> {
    this.socket.write(Buffer.from([0xc0, 0]));
    return (await this.next(13)) !== undefined;
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    // Nothing that the bridge sends here is longer than two bytes of length say.
    for (;;) {
      const [, low = 0, high = 0] = this.#rest;
      const head = low < 128 ? 2 : 3;
      const end = head + (low & 127) + (head === 3 ? high << 7 : 0);
      if (this.#rest.length < head || this.#rest.length < end) break;
      this.received.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    this.#wake();
  }
}

/** A connection with a tag's certificate, and no CONNECT yet. */
export async function dialTag({ port, ca }: Api, { cert, key }: TagIdentity): Promise<RawTag> {
  const socket = await dial(port, ca, { cert, key });
  if (socket === undefined) throw new Error("the tag's own certificate was refused");
  return new RawTag(socket);
}

/** A tag whose session has begun, subscribed to its acknowledgements. */
export async function joinTag(bridge: Api, tag: TagIdentity): Promise<RawTag> {
  const raw = await dialTag(bridge, tag);
  raw.socket.write(connectPacket(tag.id));
  const answer = await raw.next(2);
  if (answer?.[3] !== 0) throw new Error("the tag itself was refused");
  raw.socket.write(subscribePacket(`purrimeter/1/${tag.id}/ack`));
  await raw.next(9);
  return raw;
}
