import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import { FRAME_KNOCK, isFrame } from "@purrimeter/protocol/link-frame";
import { MAX_TAG_FRAME_BYTES } from "@purrimeter/protocol/link-limits";
import type { LinkSession } from "@purrimeter/protocol/link-session";
import { slipFrame, SlipReader } from "@purrimeter/protocol/slip";
import { LinkHandshake, type ProvenTag } from "./link-handshake.ts";
import type { Link, LinkEnd } from "./link.ts";
import { PairedTag, type MakeUplink } from "./paired-tag.ts";
import type { Pairing } from "./pairing.ts";

/** What a link tells the gateway. */
export interface TagLinkListener {
  /** A tag has proved itself on this link. */
  proven(link: TagLink, tag: string): void;
  closed(link: TagLink): void;
  /** The tag's session with the bridge has trouble; for people. */
  trouble(tag: string, code: string): void;
}

/** More than this unsent: the tag is out of reach, or somebody reads nothing. */
const MAX_UNSENT_BYTES = 65_536;

/** Challenges go out so often until somebody answers, and no more often however much is knocked. */
export const ASK_AGAIN_MS = 2_000;
/** The state is told anew: what was said before may have been lost. */
export const TELL_AGAIN_MS = 30_000;

/** One link: who is there, then what they say. */
export class TagLink implements LinkEnd {
  private readonly link: Link;
  private readonly handshake: LinkHandshake;
  private readonly makeUplink: MakeUplink;
  private readonly listener: TagLinkListener;
  private readonly reader: SlipReader;
  private tag: PairedTag | undefined;
  private session: LinkSession | undefined;
  private askedMs = -Infinity;
  private toldMs = 0;
  private wasKnocked = true;

  constructor(
    link: Link,
    cipher: LinkCipher,
    pairings: ReadonlyMap<string, Pairing>,
    makeUplink: MakeUplink,
    listener: TagLinkListener,
  ) {
    this.link = link;
    this.handshake = new LinkHandshake(cipher, pairings);
    this.makeUplink = makeUplink;
    this.listener = listener;
    this.reader = new SlipReader(MAX_TAG_FRAME_BYTES, (frame) => this.take(frame));
  }

  /** Whose link it is, when that is proved. */
  get tagId(): string | undefined {
    return this.tag?.tag;
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.reader.feed(byte);
  }

  closed(): void {
    this.listener.closed(this);
    this.tag?.lost();
    this.tag = undefined;
    this.session = undefined;
  }

  close(): void {
    this.link.close();
  }

  /** Time has passed: to be called every second or so, and once at the start. */
  tick(nowMs: number): void {
    const isAsking = this.wasKnocked || this.session === undefined;
    if (isAsking && nowMs - this.askedMs >= ASK_AGAIN_MS) this.ask(nowMs);
    if (this.tag === undefined || nowMs - this.toldMs < TELL_AGAIN_MS) return;
    this.toldMs = nowMs;
    this.tag.tellState();
  }

  private ask(nowMs: number): void {
    this.askedMs = nowMs;
    this.wasKnocked = false;
    this.write(this.handshake.ask());
  }

  private take(frame: Uint8Array): void {
    if (isFrame(frame, FRAME_KNOCK)) {
      this.wasKnocked = true;
      return;
    }
    const proven = this.handshake.take(frame);
    if (proven !== undefined) return this.prove(proven);
    const message = this.session?.open(frame);
    if (message !== undefined) this.tag?.take(message);
  }

  private prove({ pairing, session, first }: ProvenTag): void {
    this.session = session;
    if (this.tag?.tag !== pairing.tag) this.become(pairing);
    this.tag?.tellState();
    this.tag?.take(first);
  }

  private become({ tag }: Pairing): void {
    this.tag?.lost();
    this.listener.proven(this, tag);
    const trouble = (code: string): void => this.listener.trouble(tag, code);
    this.tag = new PairedTag(tag, this.makeUplink, (kind, payload) => this.send(kind, payload), trouble);
  }

  private send(kind: number, payload: Uint8Array): void {
    const frame = this.session?.seal(kind, payload);
    if (frame !== undefined) this.write(frame);
  }

  private write(frame: Uint8Array): void {
    if (this.link.unsentBytes() > MAX_UNSENT_BYTES) this.link.close();
    else this.link.write(slipFrame(frame));
  }
}
