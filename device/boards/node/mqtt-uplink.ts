import { isIP } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { backOffMs } from "../../core/uplink/back-off.ts";
import type { Uplink } from "../../core/ports.ts";
import { Random } from "../../core/random.ts";
import { encodeStatus } from "@purrimeter/protocol/status";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { MqttClient, type IClientOptions, type ISubscriptionMap } from "mqtt";

/** A TLS 1.3 server refuses a certificate after the handshake, and mqtt.js then waits without end. */
const ATTEMPT_DEADLINE_MS = 20_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
const KEEP_ALIVE_S = 300;

/** A link that swallows everything would keep the socket of a session that was ended in order. */
const END_DEADLINE_MS = 5_000;

/** With more than this unsent the link is stuck: entries are safer in the journal than in the socket. */
const MAX_UNSENT_BYTES = 16_384;

/** Events of the uplink. None is called before `connect` or within it. */
export interface UplinkListener {
  /** The session is established and the tag's topics are subscribed. */
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
  /** An attempt or a session ended with an error; for logs, not for decisions. */
  failed?(code: string): void;
}

export interface MqttUplinkOptions {
  readonly tag: TagId;
  /** As in the tag's status. */
  readonly firmware: string;
  readonly host: string;
  readonly port: number;
  readonly secureContext: SecureContext;
  readonly seed: number;
  /** How long an attempt may take until the topics are subscribed. */
  readonly attemptDeadlineMs?: number;
  /** The first wait after a failure; every failure in a row doubles it, up to a minute. */
  readonly firstRetryMs?: number;
  readonly keepAliveS?: number;
}

const END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n";

/** The first certificate of a PEM chain. */
export function leafOf(chain: string): string {
  const end = chain.indexOf(END_OF_CERTIFICATE);
  return end < 0 ? chain : chain.slice(0, end + END_OF_CERTIFICATE.length);
}

/**
 * TLS 1.3 with the tag's key and certificate, trusting `authority` alone. All PEM. Only the leaf of a chain is sent: the
 * bridge trusts the tags' issuer itself, and the rest would cost a kilobyte of traffic and 7 KiB of the bridge's memory.
 */
export function tagSecureContext(key: string, certificate: string, authority: string): SecureContext {
  return createSecureContext({ key, cert: leafOf(certificate), ca: authority, minVersion: "TLSv1.3" });
}

/**
 * The tag's session over MQTT 3.1.1 and mutual TLS 1.3, by mqtt.js: client id = tag, clean session, will = status
 * offline. It reconnects by itself with growing waits, and resumes TLS with the last ticket.
 */
export class MqttUplink implements Uplink {
  readonly #options: MqttUplinkOptions;
  readonly #listener: UplinkListener;
  readonly #random: Random;
  #client: MqttClient | undefined;
  #socket: TLSSocket | undefined;
  #ticket: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;
  #isUp = false;
  #failures = 0;

  constructor(options: MqttUplinkOptions, listener: UplinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#random = new Random(options.seed);
  }

  connect(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#attempt();
  }

  disconnect(): void {
    this.#isWanted = false;
    this.#failures = 0;
    const client = this.#client;
    const socket = this.#socket;
    this.#drop();
    // Sends DISCONNECT, so that the broker does not publish the will.
    client?.end(false);
    if (socket === undefined || socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), END_DEADLINE_MS).unref();
    socket.once("close", () => clearTimeout(timer));
  }

  reconnect(): void {
    if (this.#isUp && this.#client !== undefined) this.#failed(this.#client, "unanswered");
  }

  /** Ends the session without DISCONNECT, as an empty battery does, and without an event. */
  close(): void {
    this.#isWanted = false;
    this.#isUp = false;
    const client = this.#client;
    this.#drop();
    client?.end(true);
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    const isStuck = (this.#socket?.writableLength ?? 0) > MAX_UNSENT_BYTES;
    if (!this.#isUp || this.#client === undefined || isStuck) return false;
    this.#client.publish(topic, Buffer.from(bytes), { qos: 0, retain: false });
    return true;
  }

  #attempt(): void {
    const client = new MqttClient(() => this.#open(), this.#mqttOptions());
    this.#client = client;
    client.on("connect", () => this.#subscribe(client));
    client.on("message", (topic, payload) => this.#onMessage(client, topic, payload));
    client.on("error", (error) => this.#onError(client, error));
    client.on("close", () => this.#failed(client, "closed"));
    const deadlineMs = this.#options.attemptDeadlineMs ?? ATTEMPT_DEADLINE_MS;
    this.#timer = setTimeout(() => this.#failed(client, "no-answer"), deadlineMs);
  }

  #mqttOptions(): IClientOptions {
    const { tag, firmware, keepAliveS } = this.#options;
    const offline = encodeStatus({ online: false, settingsVersion: 0, firmware });
    return {
      clientId: tag,
      protocolVersion: 4,
      clean: true,
      keepalive: keepAliveS ?? KEEP_ALIVE_S,
      // Resent reports show nothing of the other end: only its answers do.
      reschedulePings: false,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will: { topic: topicOf(tag, "status"), payload: Buffer.from(offline), qos: 0, retain: false },
    };
  }

  #open(): TLSSocket {
    const { host, port, secureContext } = this.#options;
    const name = isIP(host) === 0 ? { servername: host } : {};
    const session = this.#ticket === undefined ? {} : { session: this.#ticket };
    const socket = connectTls({ host, port, secureContext, minVersion: "TLSv1.3", ...name, ...session });
    socket.setNoDelay(true);
    socket.on("session", (ticket) => (this.#ticket = ticket));
    this.#socket = socket;
    return socket;
  }

  #subscribe(client: MqttClient): void {
    const { tag } = this.#options;
    const topics: ISubscriptionMap = {
      [topicOf(tag, "ack")]: { qos: 0 },
      [topicOf(tag, "settings")]: { qos: 1 },
      [topicOf(tag, "command")]: { qos: 1 },
    };
    client.subscribe(topics, (error, granted) => {
      if (client !== this.#client) return;
      const isRefused = granted === undefined || granted.length < 3 || granted.some(({ qos }) => qos > 2);
      if (error !== null || isRefused) this.#failed(client, "not-subscribed");
      else this.#established();
    });
  }

  #established(): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#isUp = true;
    this.#listener.up();
  }

  /** Also before `up`: a broker may send before its SUBACK (MQTT 3.1.1, 3.8.4), and settings are sent once. */
  #onMessage(client: MqttClient, topic: string, payload: Buffer): void {
    if (client === this.#client) this.#listener.message(topic, payload);
  }

  #onError(client: MqttClient, error: Error & { code?: unknown }): void {
    this.#failed(client, typeof error.code === "string" ? error.code : "refused");
  }

  #failed(client: MqttClient, code: string): void {
    if (client !== this.#client) return;
    this.#ticket = this.#isUp ? this.#ticket : undefined;
    this.#drop();
    client.end(true);
    const waitMs = backOffMs(
      this.#failures,
      this.#options.firstRetryMs ?? FIRST_RETRY_MS,
      MAX_RETRY_MS,
      this.#random,
    );
    this.#failures++;
    this.#listener.failed?.(code);
    this.#timer = setTimeout(() => this.#attempt(), waitMs);
  }

  /** Drops the session and reports that it is down. */
  #drop(): void {
    clearTimeout(this.#timer);
    // Later events of the old client are ignored.
    this.#client = undefined;
    this.#socket = undefined;
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#listener.down();
  }
}
