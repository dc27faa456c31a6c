import type { OwnerId } from "@purrimeter/store/owner-id";
import type { Location } from "@purrimeter/store/location";
import type { EndedSessions } from "../edge/ended-sessions.ts";
import { locationBody } from "../locations/location-schema.ts";

/** How often all streams together look for changes. */
const LOOK_EVERY_MS = 250;

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** What a client waits before it comes back. */
const RETRY_MS = 2_000;

/** Of one account: a phone, a computer and some tabs. */
export const MAX_ACCOUNT_STREAMS = 8;
const MAX_STREAMS = 1_000;

/**
 * Of one address (of one /64 with IPv6): behind one may be all customers of a mobile network, but whoever has many accounts
 * must not take the places of everybody else.
 */
export const MAX_ADDRESS_STREAMS = MAX_STREAMS / 8;

/** Chunks that wait for a slow client; only the newest location is of use, so more are left out. */
const MAX_WAITING = 8;

/** Who listens, and what they may see at this moment. */
export interface Listener {
  readonly account: OwnerId;
  /** One text for one subscriber. */
  readonly address: string;
  readonly session: string;
  /** Seconds of UTC at which the token ends, and the stream with it. */
  readonly expiresS: number;
  /** Asked again and again: whoever may not see the tag any more gets `not-found`. */
  read(): Promise<Location | undefined | "not-found">;
}

/** Why a stream ended: the session or its token, or the right to see the tag; or we stop. */
type EndReason = "session-ended" | "token-expired" | "not-found" | "going-away";

export interface LiveStreamsOptions {
  /** Of the store: grows when something may have changed. */
  readonly changeCount: () => Promise<number>;
  readonly ended: EndedSessions;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** Calls back again and again until what it returns is called. */
  every(periodMs: number, work: () => void): () => void;
  onFailure(error: unknown): void;
}

interface Stream {
  readonly listener: Listener;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  lastId: string;
  sentMs: number;
}

const encoder = new TextEncoder();

/**
 * Live locations as server-sent events (HTML standard, 9.2). One look at the store's count of changes serves all
 * streams; only when it grew, or a second passed (shares end by time), each asks what its listener may see.
 */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #streams = new Set<Stream>();
  #stop: (() => void) | undefined;
  #isLooking = false;
  #seenCount = -1;
  #seenS = -1;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Begins with the location that was just read, unless the client has it. `lastEventId`: as the client sent it. */
  open(
    listener: Listener,
    first: Location | undefined,
    lastEventId: string | undefined,
  ): ReadableStream<Uint8Array> | "too-many" {
    if (this.#isFullFor(listener)) return "too-many";
    let stream: Stream | undefined;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stream = { listener, controller, lastId: lastEventId ?? "", sentMs: 0 };
          this.#add(stream);
          this.#write(stream, `retry: ${RETRY_MS}\n\n`);
          this.#send(stream, first);
        },
        cancel: () => {
          if (stream !== undefined) this.#remove(stream);
        },
      },
      { highWaterMark: MAX_WAITING },
    );
  }

  /** One look; called every LOOK_EVERY_MS while anybody listens. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#endOver();
      if (await this.#hasChanged()) for (const stream of [...this.#streams]) await this.#refresh(stream);
      this.#keepAlive();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Ends all streams: the service stops. */
  close(): void {
    for (const stream of [...this.#streams]) this.#end(stream, "going-away");
  }

  #isFullFor({ account, address }: Listener): boolean {
    const listeners = [...this.#streams].map(({ listener }) => listener);
    const ofAccount = listeners.filter((listener) => listener.account === account).length;
    const ofAddress = listeners.filter((listener) => listener.address === address).length;
    return (
      ofAccount >= MAX_ACCOUNT_STREAMS || ofAddress >= MAX_ADDRESS_STREAMS || listeners.length >= MAX_STREAMS
    );
  }

  #add(stream: Stream): void {
    this.#streams.add(stream);
    this.#stop ??= this.#options.every(LOOK_EVERY_MS, () => void this.look());
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #endOver(): void {
    const { ended, now } = this.#options;
    for (const stream of [...this.#streams]) {
      if (ended.has(stream.listener.session)) this.#end(stream, "session-ended");
      else if (now() >= stream.listener.expiresS) this.#end(stream, "token-expired");
    }
  }

  async #hasChanged(): Promise<boolean> {
    const [count, second] = [await this.#options.changeCount(), this.#options.now()];
    if (count === this.#seenCount && second === this.#seenS) return false;
    this.#seenCount = count;
    this.#seenS = second;
    return true;
  }

  async #refresh(stream: Stream): Promise<void> {
    try {
      const location = await stream.listener.read();
      if (!this.#streams.has(stream)) return;
      if (location === "not-found") this.#end(stream, "not-found");
      else this.#send(stream, location);
    } catch (error) {
      this.#options.onFailure(error);
      if (this.#streams.has(stream)) this.#end(stream, "going-away");
    }
  }

  #send(stream: Stream, location: Location | undefined): void {
    if (location === undefined || (stream.controller.desiredSize ?? 0) <= 0) return;
    const id = `${location.at}-${location.epoch}-${location.number}`;
    if (id === stream.lastId) return;
    stream.lastId = id;
    this.#write(stream, `id: ${id}\nevent: location\ndata: ${JSON.stringify(locationBody(location))}\n\n`);
  }

  #keepAlive(): void {
    const nowMs = this.#options.monotonicMs();
    for (const stream of this.#streams)
      if (nowMs - stream.sentMs >= HEARTBEAT_MS && (stream.controller.desiredSize ?? 0) > 0)
        this.#write(stream, ":\n\n");
  }

  #end(stream: Stream, reason: EndReason): void {
    this.#write(stream, `event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#remove(stream);
    stream.controller.close();
  }

  #write(stream: Stream, text: string): void {
    stream.sentMs = this.#options.monotonicMs();
    stream.controller.enqueue(encoder.encode(text));
  }
}
