import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { topicOf, type Channel } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { createTokenBucket, takeToken, type TokenBucket } from "@purrimeter/service/token-bucket";
import { AnswerQueue } from "./answer-queue.ts";
import type { BridgeLimits } from "./bridge-limits.ts";
import {
  CONNECT,
  frameLength,
  frameType,
  INCOMPLETE,
  isLevel4,
  OVERSIZED,
  PUBLISH,
  SUBSCRIBE,
} from "./mqtt-frame.ts";
import type { PeerIdentity } from "./peer-identity.ts";
import { readPublish } from "./publish-frame.ts";
import type { SecurityEvent } from "./security-event.ts";

/** What all connections of a source share: one object, so that a connection holds few closures of its own. */
export interface ConnectionHost {
  readonly limits: BridgeLimits;
  monotonicMs(): number;
  /** Calls back once. */
  after(ms: number, work: () => void): void;
  report(tag: TagId, bytes: Uint8Array): Promise<Uint8Array>;
  /** Asks that `connection.flush()` is called once everything that is ready now has been answered. */
  wantsFlush(connection: GuardedConnection): void;
  violated(connection: GuardedConnection, event: SecurityEvent): void;
  closed(connection: GuardedConnection): void;
}

/** "opening" until a whole CONNECT came, "joining" until the broker has accepted it. */
type Phase = "opening" | "joining" | "session" | "closed";

const CLOSE_TIMEOUT_MS = 2_000;
const BROKER_BUFFER_BYTES = 4_096;
const UNACCEPTABLE_PROTOCOL = Buffer.from([0x20, 2, 0, 1]);

/**
 * A tag's TLS connection as the broker sees it. Frames are cut, measured and counted here before the broker
 * parses a byte, and reports to the tag's own topic go straight to the store and never into the broker.
 */
export class GuardedConnection extends Duplex {
  readonly tag: TagId;
  readonly serial: string;
  /** What the tag has subscribed to. */
  readonly channels = new Set<Channel>();
  /** 0 until CONNECT names it. */
  keepAliveS = 0;
  readonly #socket: TLSSocket;
  readonly #host: ConnectionHost;
  readonly #bucket: TokenBucket;
  readonly #answers: AnswerQueue;
  readonly #reportTopic: Buffer;
  #phase: Phase = "opening";
  /** Bytes that came and are not cut yet: the start of a frame, or what waits until reading goes on. */
  #held: Buffer | undefined;
  #paused = false;
  #waitsForToken = false;
  #brokerIsFull = false;
  /** SUBSCRIBE packets that the broker has and has not dealt with yet. */
  #subscribing = 0;
  #heardAtMs: number;
  /** Since when the frame in `#held` is incomplete; 0 when none is. */
  #partialSinceMs = 0;

  constructor(socket: TLSSocket, { tag, serial }: PeerIdentity, host: ConnectionHost) {
    super({ highWaterMark: BROKER_BUFFER_BYTES, allowHalfOpen: false });
    this.tag = tag;
    this.serial = serial;
    this.#socket = socket;
    this.#host = host;
    this.#heardAtMs = host.monotonicMs();
    this.#bucket = createTokenBucket();
    this.#reportTopic = Buffer.from(topicOf(tag, "report"));
    this.#answers = new AnswerQueue(Buffer.from(topicOf(tag, "ack")));
    connectionOf.set(socket, this);
    socket.on("data", onData).on("close", onClose).on("error", ignoreError);
  }

  /** The broker has accepted the session: what came behind CONNECT is read now. */
  accept(): void {
    if (this.#phase !== "joining") return;
    this.#phase = "session";
    this.#readOn();
  }

  /** Stops reading for good; answers still go out. */
  stopReading(): void {
    this.#phase = "closed";
    this.#pause();
  }

  /** Reports that were taken and are not answered yet. */
  get reportsInFlight(): number {
    return this.#answers.length;
  }

  /** Why the connection has taken too long, or undefined. Asked about once a second. */
  overdue(nowMs: number): SecurityEvent | "keep-alive" | undefined {
    const { limits } = this.#host;
    const silentMs = nowMs - this.#heardAtMs;
    if (this.#phase !== "session") return silentMs > limits.connectTimeoutMs ? "connect-timeout" : undefined;
    if (this.#partialSinceMs > 0 && nowMs - this.#partialSinceMs > limits.packetTimeoutMs)
      return "packet-timeout";
    // One and a half times, MQTT 3.1.1, 3.1.2.10.
    return !this.#paused && silentMs > this.keepAliveS * 1500 ? "keep-alive" : undefined;
  }

  /** Sends the answers that are ready, in the order of their reports, as one write. */
  flush(): void {
    // What came behind a SUBSCRIBE is answered behind it: its acknowledgement may have been subscribed to.
    if (this.#subscribing > 0) return;
    const bytes = this.#answers.takeReady(this.channels.has("ack"));
    if (bytes === undefined || this.destroyed) return;
    if (bytes.length > 0) this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#host.limits.maxUnreadBytes)
      return this.#violate("unread-answers");
    this.#readOn();
  }

  /** The broker has dealt with one SUBSCRIBE. */
  subscribed(): void {
    this.#subscribing -= 1;
    this.#host.wantsFlush(this);
  }

  /** Bytes from the peer. */
  receive(chunk: Buffer): void {
    if (this.destroyed) return;
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    this.#cutFrames(bytes);
  }

  #cutFrames(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#paused) {
      const length = frameLength(bytes, at);
      if (this.#phase === "opening" && frameType(bytes, at) !== CONNECT)
        return this.#violate("not-connect-first");
      if (length === OVERSIZED) return this.#violate("oversized-packet");
      if (length === INCOMPLETE) return this.#keepPartial(bytes, at);
      if (!this.#takeToken()) break;
      this.#takeFrame(bytes, at, length);
      at += length;
    }
    if (at < bytes.length) this.#held = bytes.subarray(at);
  }

  /** Copies: a view would keep the whole 64 KiB read buffer alive. */
  #keepPartial(bytes: Buffer, at: number): void {
    this.#held = Buffer.from(bytes.subarray(at));
    if (this.#partialSinceMs === 0) this.#partialSinceMs = this.#host.monotonicMs();
  }

  #takeToken(): boolean {
    const nowMs = this.#host.monotonicMs();
    const waitMs = takeToken(this.#bucket, this.#host.limits.packets, nowMs);
    this.#partialSinceMs = 0;
    if (waitMs === 0) {
      this.#heardAtMs = nowMs;
      return true;
    }
    this.#waitsForToken = true;
    this.#pause();
    this.#host.after(waitMs, () => {
      this.#waitsForToken = false;
      this.#readOn();
    });
    return false;
  }

  #takeFrame(bytes: Buffer, at: number, length: number): void {
    const publish =
      frameType(bytes, at) === PUBLISH ? readPublish(bytes, at, length, this.#reportTopic) : undefined;
    if (publish !== undefined)
      this.#takeReport(publish.messageId, bytes.subarray(publish.start, publish.end));
    else this.#giveToBroker(bytes.subarray(at, at + length));
  }

  #giveToBroker(frame: Buffer): void {
    if (this.#phase === "opening" && !isLevel4(frame)) return this.#refuseProtocol();
    if (frameType(frame, 0) === SUBSCRIBE) this.#subscribing += 1;
    this.#brokerIsFull = !this.push(frame);
    if (this.#phase === "opening") this.#phase = "joining";
    if (!this.#mayRead()) this.#pause();
  }

  /** CONNACK 1, "unacceptable protocol level" (MQTT 3.1.1, 3.1.2.2); the broker does not know all levels. */
  #refuseProtocol(): void {
    this.#host.violated(this, "bad-protocol");
    this.#socket.write(UNACCEPTABLE_PROTOCOL);
    this.destroy();
  }

  #takeReport(messageId: number, bytes: Uint8Array): void {
    const answer = this.#answers.expect(messageId);
    if (!this.#mayRead()) this.#pause();
    void this.#host.report(this.tag, bytes).then((ack) => {
      answer.ack = ack;
      this.#host.wantsFlush(this);
    });
  }

  #mayRead(): boolean {
    const answersFull = this.#answers.length >= this.#host.limits.maxReportsInFlight;
    return this.#phase === "session" && !this.#waitsForToken && !this.#brokerIsFull && !answersFull;
  }

  #pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  #readOn(): void {
    if (!this.#paused || !this.#mayRead()) return;
    this.#paused = false;
    const bytes = this.#held;
    this.#held = undefined;
    if (bytes !== undefined) this.#cutFrames(bytes);
    if (!this.#paused) this.#socket.resume();
  }

  #violate(event: SecurityEvent): void {
    this.#host.violated(this, event);
    this.#socket.destroy();
    this.destroy();
  }

  override _read(): void {
    this.#brokerIsFull = false;
    this.#readOn();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  /** One write for what the broker says at once: one TLS record. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#phase = "closed";
    this.#held = undefined;
    // What was written still leaves, unless the peer does not take it.
    this.#socket.setTimeout(CLOSE_TIMEOUT_MS, destroySocket);
    this.#socket.destroySoon();
    this.#host.closed(this);
    done(null);
  }
}

const connectionOf = new WeakMap<TLSSocket, GuardedConnection>();

function onData(this: TLSSocket, chunk: Buffer): void {
  connectionOf.get(this)?.receive(chunk);
}

function onClose(this: TLSSocket): void {
  connectionOf.get(this)?.destroy();
}

function destroySocket(this: TLSSocket): void {
  this.destroy();
}

/** "close" follows every error and is handled; the error itself is the peer's. */
function ignoreError(): void {}
