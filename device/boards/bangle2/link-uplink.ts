import type { Uplink } from "../../core/ports.ts";
import { copiedBytes } from "@purrimeter/protocol/copied-bytes";
import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import {
  FRAME_CHALLENGE,
  helloFrame,
  isFrame,
  knockFrame,
  MESSAGE_ACK,
  MESSAGE_COMMAND,
  MESSAGE_CONNECT,
  MESSAGE_DISCONNECT,
  MESSAGE_DOWN,
  MESSAGE_REPORT,
  MESSAGE_SETTINGS,
  MESSAGE_STATUS,
  MESSAGE_UP,
} from "@purrimeter/protocol/link-frame";
import { LINK_NONCE_BYTES } from "@purrimeter/protocol/link-limits";
import { LinkSession, type LinkMessage } from "@purrimeter/protocol/link-session";
import { sessionKeys } from "@purrimeter/protocol/session-keys";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import type { SessionNumbers } from "./session-numbers.ts";

/** What pairing gave to the tag, and what the tag brings. */
export interface TagLink {
  readonly tag: TagId;
  /** As in the tag's status. */
  readonly firmware: string;
  /** LINK_ID_BYTES and LINK_KEY_BYTES. */
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly cipher: LinkCipher;
  readonly numbers: SessionNumbers;
  /** 32 random bits. */
  random(): number;
  /** Puts a frame into the stream; false when nobody is connected. */
  send(frame: Uint8Array): boolean;
}

/** Whom the uplink tells what happens; nobody is told anything within `connect`. */
export interface LinkListener {
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
}

/**
 * The tag's session through a gateway (docs/link.md): a stream of bytes to whoever is near, which only the gateway that has the tag's key
 * can make sense of. It has no timers: whatever is lost on the way the gateway says again.
 */
export class LinkUplink implements Uplink {
  private readonly link: TagLink;
  private readonly listener: LinkListener;
  private readonly reportTopic: string;
  private readonly firmware: Uint8Array;
  /** The session in which the gateway has proved itself, and one in which it has not yet. */
  private session: LinkSession | undefined;
  private candidate: LinkSession | undefined;
  private isWanted: boolean;
  private isUp: boolean;

  constructor(link: TagLink, listener: LinkListener) {
    this.link = link;
    this.listener = listener;
    this.reportTopic = topicOf(link.tag, "report");
    this.firmware = new Uint8Array(link.firmware.length);
    for (let i = 0; i < link.firmware.length; i++) this.firmware[i] = link.firmware.charCodeAt(i);
    this.session = undefined;
    this.candidate = undefined;
    this.isWanted = false;
    this.isUp = false;
  }

  /** Somebody is connected; who, will be seen. */
  opened(): void {
    this.closed();
    this.link.send(knockFrame());
  }

  closed(): void {
    this.session = undefined;
    this.candidate = undefined;
    this.fall();
  }

  connect(): void {
    this.isWanted = true;
    this.tellWish();
  }

  disconnect(): void {
    this.isWanted = false;
    this.tellWish();
    this.fall();
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    const kind = topic === this.reportTopic ? MESSAGE_REPORT : MESSAGE_STATUS;
    return this.isUp && this.send(this.session, kind, bytes);
  }

  /** A frame that came in. */
  take(frame: Uint8Array): void {
    if (isFrame(frame, FRAME_CHALLENGE)) return this.answer(copiedBytes(frame, 2, frame.length));
    const first = this.candidate === undefined ? undefined : this.candidate.open(frame);
    if (first !== undefined) {
      this.session = this.candidate;
      this.candidate = undefined;
    }
    const message = first !== undefined || this.session === undefined ? first : this.session.open(frame);
    if (message !== undefined) this.heard(message);
    else if (this.session === undefined && this.candidate === undefined) this.link.send(knockFrame());
  }

  private answer(challenge: Uint8Array): void {
    const { cipher, key, id } = this.link;
    const answer = this.drawAnswer();
    const keys = sessionKeys(cipher, key, id, challenge, answer);
    this.candidate = new LinkSession(cipher, keys.toGateway, keys.toTag);
    this.link.send(helloFrame(id, answer));
    this.sendWish(this.candidate);
  }

  /** Never the same twice, even if the chip's randomness were none. */
  private drawAnswer(): Uint8Array {
    const answer = new Uint8Array(LINK_NONCE_BYTES);
    for (let i = 0; i < LINK_NONCE_BYTES; i += 4) {
      const bits = i === 0 ? this.link.numbers.next() : this.link.random();
      for (let j = 0; j < 4; j++) answer[i + j] = (bits >>> (8 * j)) & 255;
    }
    return answer;
  }

  private heard({ kind, payload }: LinkMessage): void {
    switch (kind) {
      case MESSAGE_UP:
        return this.rise();
      case MESSAGE_DOWN:
        this.fall();
        if (this.isWanted) this.tellWish();
        return;
      case MESSAGE_ACK:
        return this.deliver("ack", payload);
      case MESSAGE_SETTINGS:
        return this.deliver("settings", payload);
      case MESSAGE_COMMAND:
        return this.deliver("command", payload);
    }
  }

  private rise(): void {
    if (!this.isWanted) return this.tellWish();
    if (this.isUp) return;
    this.isUp = true;
    this.listener.up();
  }

  private fall(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.listener.down();
  }

  private deliver(channel: "ack" | "settings" | "command", payload: Uint8Array): void {
    this.listener.message(topicOf(this.link.tag, channel), payload);
  }

  private tellWish(): void {
    this.sendWish(this.session);
  }

  private sendWish(session: LinkSession | undefined): void {
    this.send(session, this.isWanted ? MESSAGE_CONNECT : MESSAGE_DISCONNECT, this.firmware);
  }

  private send(session: LinkSession | undefined, kind: number, payload: Uint8Array): boolean {
    const frame = session === undefined ? undefined : session.seal(kind, payload);
    return frame !== undefined && this.link.send(frame);
  }
}
