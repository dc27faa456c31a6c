import { backOffMs } from "../../core/uplink/back-off.ts";
import type { Uplink } from "../../core/ports.ts";
import { Random } from "../../core/random.ts";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";

/** MQTT operations as `embedded:network/mqtt/client` numbers them (MQTT 3.1.1, 2.2.1). */
const CONNACK = 2;
const SUBSCRIBE = 8;
const SUBACK = 9;

/** After this no answer will come: the client itself gives up a connection after 30 s. */
const STEP_LIMIT_MS = 45_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 10 * 60_000;

/** Longest message that is for a tag: settings. */
const MAX_MESSAGE_BYTES = 4_096;

/** What this uses of the client. */
export interface MqttClient {
  read(count: number): ArrayBuffer | undefined;
  write(data: Uint8Array | null, options: object): number;
  close(): void;
}

/** Events of the client. */
export interface MqttEvents {
  onControl(message: { readonly operation: number; readonly payload?: unknown }): void;
  onReadable(count: number, options: { readonly more: boolean; readonly topic?: string }): void;
  onWritable(count: number): void;
  onClose(): void;
  onError(): void;
}

/** The board's part: the client, timers, and events of the session. */
export interface SessionHost {
  /** Opens a client; may throw, and may fail later by `onError`. */
  open(events: MqttEvents): MqttClient;
  /** Calls once; the returned function cancels it. */
  after(ms: number, call: () => void): () => void;
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
}

/**
 * An uplink over the SDK's MQTT client, supervised: a client that ends or hangs is closed, reported once, and opened again
 * later. Nothing is resent here: the journal sends reports again until the cloud acknowledges them.
 */
export class MqttSession implements Uplink {
  private readonly host: SessionHost;
  private readonly topics: readonly string[];
  private readonly random: Random;
  private readonly message: Uint8Array;
  private client: MqttClient | undefined = undefined;
  /** Every client has a number, so that events of an old one can be ignored. */
  private generation = 0;
  private isWanted = false;
  private isUp = false;
  private writable = 0;
  private failures = 0;
  private topic = "";
  private length = 0;
  private cancel: () => void = () => undefined;

  /** `seed`: 32 random bits, for jitter. */
  constructor(tag: TagId, seed: number, host: SessionHost) {
    this.host = host;
    this.topics = DOWNLINK_CHANNELS.map((channel) => topicOf(tag, channel));
    this.random = new Random(seed);
    this.message = new Uint8Array(MAX_MESSAGE_BYTES);
  }

  connect(): void {
    if (this.isWanted) return;
    this.isWanted = true;
    this.retryIn(0);
  }

  disconnect(): void {
    this.isWanted = false;
    this.drop();
  }

  reconnect(): void {
    if (this.isUp) this.failed();
  }

  /** The SDK's client failed without an event: handled like one. */
  abandon(): void {
    this.failed();
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    const client = this.client;
    // Fixed header, its length, and the topic's length: at most 7 bytes more.
    if (client === undefined || !this.isUp || this.writable < bytes.length + topic.length + 7) return false;
    try {
      this.writable = client.write(bytes, { topic, QoS: 0 });
      return true;
    } catch {
      this.failed();
      return false;
    }
  }

  private open(): void {
    this.generation++;
    const { generation } = this;
    const whenCurrent = (act: () => void): void => {
      if (generation === this.generation) act();
    };
    this.retryWithin(STEP_LIMIT_MS);
    try {
      this.client = this.host.open({
        onControl: (message) => whenCurrent(() => this.control(message.operation, message.payload)),
        onReadable: (count, options) => whenCurrent(() => this.readable(count, options.more, options.topic)),
        onWritable: (count) => whenCurrent(() => (this.writable = count)),
        onClose: () => whenCurrent(() => this.failed()),
        onError: () => whenCurrent(() => this.failed()),
      });
    } catch {
      this.failed();
    }
  }

  private control(operation: number, payload: unknown): void {
    if (operation === CONNACK) this.subscribe();
    else if (operation === SUBACK && isGranted(payload)) this.established();
    else if (operation === SUBACK) this.failed();
  }

  private subscribe(): void {
    const items = this.topics.map((topic, i) => ({ topic, QoS: i === 0 ? 0 : 1 }));
    try {
      this.client?.write(null, { operation: SUBSCRIBE, items });
    } catch {
      this.failed();
    }
  }

  private established(): void {
    if (this.isUp) return;
    this.cancel();
    this.failures = 0;
    this.isUp = true;
    this.host.up();
  }

  /** A message may come in parts; the first part has its topic. */
  private readable(count: number, more: boolean, topic: string | undefined): void {
    const part = this.client?.read(count);
    if (topic !== undefined) {
      this.topic = topic;
      this.length = 0;
    }
    if (part === undefined) return;
    const bytes = new Uint8Array(part);
    const fits = this.length + bytes.length <= MAX_MESSAGE_BYTES;
    if (fits) this.message.set(bytes, this.length);
    // One byte too many marks a message that is too long.
    this.length = fits ? this.length + bytes.length : MAX_MESSAGE_BYTES + 1;
    if (!more && this.length <= MAX_MESSAGE_BYTES)
      this.host.message(this.topic, this.message.slice(0, this.length));
  }

  private failed(): void {
    if (this.client === undefined && !this.isWanted) return;
    this.drop();
    if (!this.isWanted) return;
    this.retryIn(backOffMs(this.failures, FIRST_RETRY_MS, MAX_RETRY_MS, this.random));
    this.failures++;
  }

  private drop(): void {
    this.cancel();
    this.generation++;
    const { client } = this;
    this.client = undefined;
    this.writable = 0;
    try {
      client?.close();
    } catch {
      // Closing a TLS socket that has failed throws, and there is nothing left to close.
    }
    if (!this.isUp) return;
    this.isUp = false;
    this.host.down();
  }

  private retryIn(ms: number): void {
    this.cancel();
    this.cancel = this.host.after(ms, () => this.open());
  }

  private retryWithin(ms: number): void {
    this.cancel();
    this.cancel = this.host.after(ms, () => this.failed());
  }
}

/** Whether the broker granted every subscription (MQTT 3.1.1, 3.9.3); a client that passes no codes has granted. */
function isGranted(payload: unknown): boolean {
  if (!(payload instanceof ArrayBuffer) && !(payload instanceof Uint8Array)) return true;
  return !new Uint8Array(payload).includes(0x80);
}
