import { asciiText } from "./ascii-text.ts";

/** Packet types (MQTT 3.1.1, 2.2.1). */
const CONNACK = 2;
const PUBLISH = 3;
const SUBACK = 9;
const PINGRESP = 13;

/** Longest packet for a tag: settings of 3,840 bytes with topic and heads. */
const MAX_PACKET_BYTES = 4_096;

/** Packets from the broker. */
export interface MqttListener {
  /** Code 0: the session is accepted (3.2.2.3). */
  connected(code: number): void;
  /** Whether every topic was granted (3.9.3). */
  subscribed(isGranted: boolean): void;
  /** `id` is 0 for QoS 0; any other must be acknowledged. `payload` is valid only during the call. */
  published(topic: string, payload: Uint8Array, id: number): void;
  alive(): void;
}

/** Reads MQTT 3.1.1 packets from a stream that is split anywhere. */
export class MqttReader {
  private readonly listener: MqttListener;
  private readonly packet: Uint8Array;
  private length = 0;
  private head = 0;

  constructor(listener: MqttListener) {
    this.listener = listener;
    this.packet = new Uint8Array(MAX_PACKET_BYTES);
  }

  /** Discards a partial packet. */
  reset(): void {
    this.length = 0;
  }

  /** False when this is no stream for a tag: the session cannot continue. */
  feed(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      const whole = this.wholeLength();
      const stop = whole === 0 ? at + 1 : Math.min(at + whole - this.length, bytes.length);
      this.packet.set(bytes.subarray(at, stop), this.length);
      this.length += stop - at;
      at = stop;
      if (!this.readWhole()) return false;
    }
    return true;
  }

  /** Reads the packet if it is complete; false when it is none for a tag. */
  private readWhole(): boolean {
    const whole = this.wholeLength();
    if (whole > MAX_PACKET_BYTES) return false;
    if (whole === 0 || this.length < whole) return true;
    this.length = 0;
    return this.read(whole);
  }

  /** Length of the packet with its header; 0 while the header is incomplete. */
  private wholeLength(): number {
    let rest = 0;
    for (let i = 1; i < this.length && i < 5; i++) {
      const byte = this.packet[i] as number;
      rest += (byte & 127) << (7 * (i - 1));
      this.head = 1 + i;
      if (byte < 128) return this.head + rest;
    }
    return this.length < 5 ? 0 : MAX_PACKET_BYTES + 1;
  }

  private read(whole: number): boolean {
    const type = (this.packet[0] as number) >> 4;
    const body = this.packet.subarray(this.head, whole);
    if (type === CONNACK && body.length === 2) this.listener.connected(body[1] as number);
    else if (type === SUBACK && body.length > 2) this.listener.subscribed(body.indexOf(0x80, 2) < 0);
    else if (type === PINGRESP) this.listener.alive();
    // PUBACK is not expected: everything is sent at QoS 0.
    else return type === PUBLISH && this.publish(body, ((this.packet[0] as number) >> 1) & 3);
    return true;
  }

  private publish(body: Uint8Array, qos: number): boolean {
    if (body.length < 2) return false;
    const end = 2 + word(body, 0);
    const start = qos === 0 ? end : end + 2;
    if (qos > 1 || start > body.length) return false;
    const topic = asciiText(body, 2, end);
    this.listener.published(topic, body.subarray(start), qos === 0 ? 0 : word(body, end));
    return true;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
