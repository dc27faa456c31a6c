import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import { FRAME_CHALLENGE_REQUEST, isFrame } from "@purrimeter/protocol/link-frame";
import { MAX_TAG_FRAME_BYTES } from "@purrimeter/protocol/link-limits";
import type { LinkSession } from "@purrimeter/protocol/link-session";
import { slipFrame, SlipReader } from "@purrimeter/protocol/slip";
import { LinkHandshake, type ProvenTag } from "./link-handshake.ts";
import type { Link, LinkEnd } from "./link.ts";
import { PairedTag, type MakeUplink } from "./paired-tag.ts";
import type { Pairing } from "./pairing.ts";

/** Events of a link. */
export interface TagLinkListener {
  /** A tag has proved itself on this link. */
  proven(link: TagLink, tag: string): void;
  closed(link: TagLink): void;
  /** The tag's session with the bridge failed; for the log. */
  failed(tag: string, code: string): void;
}

/** With more than this unsent the tag is out of reach or does not read. */
const MAX_UNSENT_BYTES = 65_536;

/** Interval of the challenges until one is answered; more requests do not shorten it. */
export const CHALLENGE_INTERVAL_MS = 2_000;
/** Interval at which the state is sent again, because a message may be lost. */
export const REPEAT_STATE_MS = 30_000;

/** One link: first the handshake, then the messages of the tag. */
export class TagLink implements LinkEnd {
  readonly #link: Link;
  readonly #handshake: LinkHandshake;
  readonly #makeUplink: MakeUplink;
  readonly #listener: TagLinkListener;
  readonly #reader: SlipReader;
  #tag: PairedTag | undefined;
  #session: LinkSession | undefined;
  #challengedMs = -Infinity;
  #stateSentMs = 0;
  #isChallengeWanted = true;

  constructor(
    link: Link,
    cipher: LinkCipher,
    pairings: ReadonlyMap<string, Pairing>,
    makeUplink: MakeUplink,
    listener: TagLinkListener,
  ) {
    this.#link = link;
    this.#handshake = new LinkHandshake(cipher, pairings);
    this.#makeUplink = makeUplink;
    this.#listener = listener;
    this.#reader = new SlipReader(MAX_TAG_FRAME_BYTES, (frame) => this.#take(frame));
  }

  /** The tag of this link, once it is proved. */
  get tagId(): string | undefined {
    return this.#tag?.tag;
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#reader.feed(byte);
  }

  closed(): void {
    this.#listener.closed(this);
    this.#tag?.lost();
    this.#tag = undefined;
    this.#session = undefined;
  }

  close(): void {
    this.#link.close();
  }

  /** To be called about every second, and once at the start. */
  tick(nowMs: number): void {
    const isAsking = this.#isChallengeWanted || this.#session === undefined;
    if (isAsking && nowMs - this.#challengedMs >= CHALLENGE_INTERVAL_MS) this.#ask(nowMs);
    if (this.#tag === undefined || nowMs - this.#stateSentMs < REPEAT_STATE_MS) return;
    this.#stateSentMs = nowMs;
    this.#tag.sendState();
  }

  #ask(nowMs: number): void {
    this.#challengedMs = nowMs;
    this.#isChallengeWanted = false;
    this.#write(this.#handshake.ask());
  }

  #take(frame: Uint8Array): void {
    if (isFrame(frame, FRAME_CHALLENGE_REQUEST)) {
      this.#isChallengeWanted = true;
      return;
    }
    const proven = this.#handshake.take(frame);
    if (proven !== undefined) return this.#prove(proven);
    const message = this.#session?.open(frame);
    if (message !== undefined) this.#tag?.take(message);
  }

  #prove({ pairing, session, first }: ProvenTag): void {
    this.#session = session;
    if (this.#tag?.tag !== pairing.tag) this.#become(pairing);
    this.#tag?.sendState();
    this.#tag?.take(first);
  }

  #become({ tag }: Pairing): void {
    this.#tag?.lost();
    this.#listener.proven(this, tag);
    const failed = (code: string): void => this.#listener.failed(tag, code);
    this.#tag = new PairedTag(tag, this.#makeUplink, (kind, payload) => this.#send(kind, payload), failed);
  }

  #send(kind: number, payload: Uint8Array): void {
    const frame = this.#session?.seal(kind, payload);
    if (frame !== undefined) this.#write(frame);
  }

  #write(frame: Uint8Array): void {
    if (this.#link.unsentBytes() > MAX_UNSENT_BYTES) this.#link.close();
    else this.#link.write(slipFrame(frame));
  }
}
