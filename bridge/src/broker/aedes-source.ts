import type { TLSSocket } from "node:tls";
import type { Aedes, Client } from "aedes";
import { parseTopic, topicOf } from "@purrimeter/protocol/topics";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { sleep } from "@purrimeter/service/sleep";
import type { Cancel, Time } from "@purrimeter/service/time";
import { DEFAULT_LIMITS, type BridgeLimits } from "./bridge-limits.ts";
import { GuardedConnection, type ConnectionHost } from "./guarded-connection.ts";
import type { PeerIdentity } from "./peer-identity.ts";
import type { Admission, ReportSink, ReportSource } from "./report-source.ts";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";
import { connectionBehind, createTagBroker } from "./tag-broker.ts";
import type { TlsVersion } from "./tls-context.ts";
import type { TlsFiles } from "./tls-context.ts";
import { createTlsListener, type TlsListener } from "./tls-listener.ts";

export interface AedesSourceOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  readonly tls: TlsFiles;
  /** A second listener of TLS 1.2; none unless given. */
  readonly tls12?: { readonly port: number; readonly maxConnections?: number | undefined } | undefined;
  readonly limits?: Partial<BridgeLimits>;
  /** Peers whose connections are not counted by address: trusted proxies. */
  readonly isUncounted?: (address: string) => boolean;
  readonly now: () => UnixSeconds;
  readonly time: Time;
  /** Counted and logged by the caller. The tag is known once its certificate has been verified. */
  readonly onSecurityEvent: (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause) => void;
  /** Told of every tag that has been identified, before its session. */
  readonly onTag?: (tag: TagId, version: TlsVersion) => void;
}

/** The broker in this process. */
export interface AedesSource extends ReportSource {
  /** As ReportSource.open; `tls12Port` is the second listener's, when there is one. */
  open(sink: ReportSink): Promise<{ readonly port: number; readonly tls12Port?: number }>;
  /** Takes new revocation lists (PEM) and ends the sessions of certificates that are on them. */
  replaceRevoked(revoked: string): void;
  readonly sessions: number;
  readonly connections: number;
}

const SWEEP_INTERVAL_MS = 1_000;
/** Of the 4 s that a service has to stop: for the commit that runs, then for the last writes. */
const DRAIN_TIMEOUT_MS = 2_500;
const DRAIN_POLL_MS = 10;
const NOT_GRANTED = 128;
/** Of the second listener: it is for the few boards that cannot do better. */
const MAX_CONNECTIONS_1_2 = 1_000;
/** One address holds at most so large a part of the second listener's places without a certificate. */
const ADDRESS_SHARE_1_2 = 4;

export function createAedesSource(options: AedesSourceOptions): AedesSource {
  return new EmbeddedSource(options);
}

class EmbeddedSource implements AedesSource, ConnectionHost {
  readonly limits: BridgeLimits;
  readonly #options: AedesSourceOptions;
  readonly #listener: TlsListener;
  readonly #listener12: TlsListener | undefined;
  readonly #connections = new Set<GuardedConnection>();
  readonly #sessions = new Map<TagId, Client>();
  /** The one connection of a tag that may be without a session: a tag that opens many holds only the last. */
  readonly #joining = new Map<TagId, GuardedConnection>();
  /** By serial of the certificate. */
  readonly #sessionRates: RateLimiter;
  #toFlush: GuardedConnection[] = [];
  #sink: ReportSink | undefined;
  #broker: Aedes | undefined;
  #cancelSweep: Cancel | undefined;
  #closing = false;

  constructor(options: AedesSourceOptions) {
    this.#options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#sessionRates = new RateLimiter(this.limits.sessionsPerCertificate, () => this.monotonicMs());
    this.#listener = this.#createListener("1.3", options.port, this.limits);
    this.#listener12 = options.tls12 && this.#createListener12(options.tls12);
  }

  #createListener(version: TlsVersion, port: number, limits: BridgeLimits): TlsListener {
    return createTlsListener({
      ...this.#options,
      monotonicMs: () => this.monotonicMs(),
      version,
      port,
      limits,
      onTag: (socket, identity) => {
        this.#options.onTag?.(identity.tag, version);
        this.#join(socket, identity);
      },
      onEvent: (event, cause) => this.#options.onSecurityEvent(event, undefined, cause),
    });
  }

  #createListener12({ port, maxConnections }: NonNullable<AedesSourceOptions["tls12"]>): TlsListener {
    const most = maxConnections ?? MAX_CONNECTIONS_1_2;
    const share = Math.ceil(most / ADDRESS_SHARE_1_2);
    const maxConnectionsPerAddress = Math.min(this.limits.maxConnectionsPerAddress, share);
    return this.#createListener("1.2", port, {
      ...this.limits,
      maxConnections: most,
      maxConnectionsPerAddress,
    });
  }

  monotonicMs(): number {
    return this.#options.time.monotonicMs();
  }

  after(ms: number, work: () => void): void {
    this.#options.time.after(ms, work);
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async open(sink: ReportSink): Promise<{ readonly port: number; readonly tls12Port?: number }> {
    this.#sink = sink;
    this.#broker = await createTagBroker(this);
    this.#listenToBroker(this.#broker);
    this.#cancelSweep = this.#options.time.every(SWEEP_INTERVAL_MS, () => this.#endOverdue());
    const { port } = await this.#listener.listen();
    if (this.#listener12 === undefined) return { port };
    return { port, tls12Port: (await this.#listener12.listen()).port };
  }

  #listenToBroker(broker: Aedes): void {
    broker.on("clientReady", (client) => this.#begin(client));
    broker.on("clientDisconnect", (client) => this.#end(client));
    broker.on("subscribe", (subscriptions, client) => {
      for (const { topic, qos } of subscriptions)
        if (Number(qos) !== NOT_GRANTED) this.#subscribed(client, topic);
      if (client !== null) connectionBehind(client).subscribed();
    });
    broker.on("unsubscribe", (topics, client) => {
      for (const topic of topics)
        connectionBehind(client).channels.delete(parseTopic(topic)?.channel ?? "report");
    });
  }

  #join(socket: TLSSocket, identity: PeerIdentity): void {
    if (this.#closing || this.#broker === undefined) return void socket.destroy();
    if (this.#sessionRates.take(identity.serial) > 0) return this.#refuseRate(socket, identity.tag);
    const connection = new GuardedConnection(socket, identity, this);
    this.#joining.get(identity.tag)?.destroy();
    this.#joining.set(identity.tag, connection);
    this.#connections.add(connection);
    this.#broker.handle(connection);
  }

  /** Before the session that the certificate has is ended for it. */
  #refuseRate(socket: TLSSocket, tag: TagId): void {
    this.#options.onSecurityEvent("session-rate", tag);
    this.#sink?.crowded(tag);
    socket.destroy();
  }

  #begin(client: Client): void {
    const connection = connectionBehind(client);
    if (connection.destroyed) return;
    this.#joining.delete(connection.tag);
    this.#sessions.set(connection.tag, client);
    connection.accept();
  }

  #end(client: Client): void {
    const { tag } = connectionBehind(client);
    if (this.#sessions.get(tag) !== client) return;
    this.#sessions.delete(tag);
    this.#sink?.left(tag);
  }

  #subscribed(client: Client, topic: string): void {
    const connection = connectionBehind(client);
    const channel = parseTopic(topic)?.channel;
    if (channel === undefined) return;
    connection.channels.add(channel);
    this.#sink?.subscribed(connection.tag, channel);
  }

  closed(connection: GuardedConnection): void {
    this.#connections.delete(connection);
    if (this.#joining.get(connection.tag) === connection) this.#joining.delete(connection.tag);
  }

  #endOverdue(): void {
    const nowMs = this.monotonicMs();
    for (const connection of this.#connections) {
      const event = connection.overdue(nowMs);
      if (event === undefined) continue;
      if (event !== "keep-alive") this.violated(connection, event);
      connection.destroy();
    }
  }

  async admit(tag: TagId): Promise<Admission> {
    return (await this.#sink?.admit(tag)) ?? "unknown";
  }

  hasSession(tag: TagId): boolean {
    return this.#sessions.has(tag);
  }

  report(tag: TagId, bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#sink === undefined) throw new Error("the source is not open");
    return this.#sink.report(tag, bytes);
  }

  async status(tag: TagId, bytes: Uint8Array): Promise<void> {
    // While the bridge stops, all tags "leave": their wills would say so of tags that are well.
    if (!this.#closing) await this.#sink?.status(tag, bytes);
  }

  violated(connection: GuardedConnection, event: SecurityEvent): void {
    this.#options.onSecurityEvent(event, connection.tag);
  }

  wantsFlush(connection: GuardedConnection): void {
    // After all promises that one commit has settled: their answers leave in one pass, one record a tag.
    if (this.#toFlush.push(connection) === 1) process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const connections = this.#toFlush;
    this.#toFlush = [];
    for (const connection of connections) connection.flush();
  }

  send(tag: TagId, channel: "settings" | "command", bytes: Uint8Array): boolean {
    const client = this.#sessions.get(tag);
    if (client === undefined) return false;
    const { channels, writableLength } = connectionBehind(client);
    if (!channels.has(channel) || writableLength > this.limits.maxUnreadBytes) return false;
    const packet = { cmd: "publish" as const, topic: topicOf(tag, channel), payload: Buffer.from(bytes) };
    client.publish({ ...packet, qos: 1, retain: false, dup: false }, ignoreOutcome);
    return true;
  }

  async expelRevoked(): Promise<void> {
    // Connections, not sessions: one may just have been admitted and not stand yet.
    for (const connection of [...this.#connections]) {
      const admission = await this.admit(connection.tag);
      if (admission === "admitted" || admission === "unavailable") continue;
      this.#expel(connection, admission === "revoked" ? "revoked-tag" : "unknown-tag");
    }
  }

  replaceRevoked(revoked: string): void {
    const serials = this.#listener.replaceRevoked(revoked);
    this.#listener12?.replaceRevoked(revoked);
    for (const connection of this.#connections)
      if (serials.has(connection.serial)) this.#expel(connection, "revoked-tag");
  }

  #expel(connection: GuardedConnection, event: SecurityEvent): void {
    this.violated(connection, event);
    connection.destroy();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#listener.stopAccepting();
    this.#listener12?.stopAccepting();
    this.#cancelSweep?.();
    for (const connection of this.#connections) connection.stopReading();
    const deadlineMs = this.monotonicMs() + DRAIN_TIMEOUT_MS;
    while (this.#reportsInFlight() > 0 && this.monotonicMs() < deadlineMs)
      await sleep(this.#options.time, DRAIN_POLL_MS);
    for (const connection of this.#connections) connection.destroy();
    await new Promise<void>((resolve) =>
      this.#broker === undefined ? resolve() : this.#broker.close(resolve),
    );
  }

  #reportsInFlight(): number {
    let count = 0;
    for (const connection of this.#connections) count += connection.reportsInFlight;
    return count;
  }
}

/** Aedes insists on being given one. What did not arrive is sent again when the tag says what it runs. */
function ignoreOutcome(): void {}
