import { decodeAck } from "@purrimeter/protocol/ack";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Ack, Report } from "@purrimeter/protocol/messages";
import { encodeReport } from "@purrimeter/protocol/report";
import type { TLSSocket } from "node:tls";
import { must, within } from "./must.ts";
import { connectPacket, publishPacket, subscribePacket } from "./packets.ts";
import type { TagIdentity } from "./target.ts";
import { ANSWER_MS, closed, dial, type Api } from "./wire.ts";

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

export const nowS = (): number => Math.floor(Date.now() / 1_000);

export function reportOf(first: number, entries: readonly object[]): Uint8Array {
  const numbers = { epoch: 9, first, oldest: 1 } as unknown as Report;
  return encodeReport({ ...numbers, entries: entries as readonly Entry[] }).slice();
}

export const health = (): object => ({
  ...{ kind: "health", at: nowS(), batteryPercent: 80, boots: 1, dropped: 0 },
});

/** Sends a report and reads its acknowledgement. */
export async function acknowledged(raw: RawTag, id: string, report: Uint8Array): Promise<Ack> {
  raw.socket.write(publishPacket(`purrimeter/1/${id}/report`, report));
  const bytes = await raw.next(3);
  if (bytes === undefined) throw new Error("the session ended instead of an acknowledgement");
  const ack = decodeAck(bytes.subarray(4 + bytes.readUInt16BE(2)));
  if (!ack.ok) throw new Error("an acknowledgement that cannot be read");
  return ack.value;
}

/** An honest tag's report with the next number has to be stored. */
export async function mustStore(bridge: Api, tag: TagIdentity, first: number): Promise<void> {
  const raw = await joinTag(bridge, tag);
  const ack = await acknowledged(raw, tag.id, reportOf(first, [health()]));
  raw.socket.destroy();
  must(ack.kind === "stored", `${tag.id}'s report was not stored: ${JSON.stringify(ack)}`);
}

/** Whether a client is answered with CONNACK 0. */
export async function isLetIn(bridge: Api, tag: Partial<TagIdentity>, id: string): Promise<boolean> {
  const socket = await dial(bridge.port, bridge.ca, { cert: tag.cert, key: tag.key });
  if (socket === undefined) return false;
  const raw = new RawTag(socket);
  socket.write(connectPacket(id));
  const answer = await raw.next(2);
  socket.destroy();
  return answer?.[3] === 0;
}
