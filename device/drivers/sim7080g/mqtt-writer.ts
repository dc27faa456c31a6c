import { asciiBytes } from "./ascii-bytes.ts";

/** Packet types and their reserved bits (MQTT 3.1.1, 2.2.1 and 2.2.2). */
const CONNECT = 0x10;
const PUBLISH = 0x30;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const PINGREQ = 0xc0;
const DISCONNECT = 0xe0;

/** Clean session, will at QoS 0, not retained (3.1.2.3). */
const CLEAN_WITH_WILL = 0b0000_0110;

/** Packets not yet given to the modem: a status, the largest report, and small answers. */
const CAPACITY_BYTES = 4_096;

/** The parameters of CONNECT. All texts are ASCII. */
export interface MqttSessionOptions {
  readonly clientId: string;
  /** Seconds, 1 to 65,535. */
  readonly keepAliveS: number;
  readonly willTopic: string;
  readonly will: Uint8Array;
}

/**
 * MQTT 3.1.1 packets, written into one buffer and taken from its front. Every method returns false when there is no room.
 */
export class MqttWriter {
  private readonly bytes: Uint8Array;
  private length = 0;

  constructor() {
    this.bytes = new Uint8Array(CAPACITY_BYTES);
  }

  get waiting(): number {
    return this.length;
  }

  /** At most `most` bytes of the front. Valid until the next packet or `drop`. */
  front(most: number): Uint8Array {
    return this.bytes.subarray(0, Math.min(most, this.length));
  }

  /** Removes `count` bytes from the front: the modem has them. */
  drop(count: number): void {
    // Espruino has no copyWithin.
    this.bytes.set(this.bytes.subarray(count, this.length));
    this.length -= count;
  }

  clear(): void {
    this.length = 0;
  }

  connect({ clientId, keepAliveS, willTopic, will }: MqttSessionOptions): boolean {
    const rest = 10 + 2 + clientId.length + 2 + willTopic.length + 2 + will.length;
    if (!this.begin(CONNECT, rest)) return false;
    this.text("MQTT");
    this.byte(4);
    this.byte(CLEAN_WITH_WILL);
    this.word(keepAliveS);
    this.text(clientId);
    this.text(willTopic);
    this.word(will.length);
    this.raw(will);
    return true;
  }

  /** Each topic with its QoS. */
  subscribe(id: number, topics: readonly string[], qos: readonly number[]): boolean {
    let rest = 2;
    for (let i = 0; i < topics.length; i++) rest += 3 + (topics[i] as string).length;
    if (!this.begin(SUBSCRIBE, rest)) return false;
    this.word(id);
    for (let i = 0; i < topics.length; i++) {
      this.text(topics[i] as string);
      this.byte(qos[i] as number);
    }
    return true;
  }

  /** At QoS 0. */
  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.begin(PUBLISH, 2 + topic.length + payload.length)) return false;
    this.text(topic);
    this.raw(payload);
    return true;
  }

  acknowledge(id: number): boolean {
    if (!this.begin(PUBACK, 2)) return false;
    this.word(id);
    return true;
  }

  ping(): boolean {
    return this.begin(PINGREQ, 0);
  }

  disconnect(): boolean {
    return this.begin(DISCONNECT, 0);
  }

  private begin(type: number, rest: number): boolean {
    const head = rest < 128 ? 2 : 3;
    if (this.length + head + rest > CAPACITY_BYTES) return false;
    this.byte(type);
    if (rest >= 128) this.byte((rest & 127) | 128);
    this.byte(rest >= 128 ? rest >> 7 : rest);
    return true;
  }

  private byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  private word(value: number): void {
    this.byte(value >> 8);
    this.byte(value & 255);
  }

  private text(text: string): void {
    this.word(text.length);
    this.raw(asciiBytes(text));
  }

  private raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}
