import type { Uplink } from "../../core/ports.ts";
import { copiedBytes } from "@purrimeter/protocol/copied-bytes";
import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import {
  FRAME_CHALLENGE,
  helloFrame,
  isFrame,
  challengeRequestFrame,
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

/** The data of the pairing, and what the link needs from the board. */
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
  /** Sends a frame; false when no peer is connected. */
  send(frame: Uint8Array): boolean;
}

/** Events of the uplink. None is called within `connect`. */
export interface LinkListener {
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
}

/**
 * The tag's session through a gateway (docs/link.md). Any device nearby can receive the stream of bytes, but only a gateway
 * with the tag's key can read it. The tag has no timers: the gateway repeats what may be lost.
 */
export class LinkUplink implements Uplink {
  private readonly link: TagLink;
  private readonly listener: LinkListener;
  private readonly reportTopic: string;
  private readonly firmware: Uint8Array;
  /** The session in which the gateway has proved itself, and a new one in which it has not yet. */
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

  /** A peer has connected; the handshake shows whether it is a gateway. */
  opened(): void {
    this.closed();
    this.link.send(challengeRequestFrame());
  }

  closed(): void {
    this.session = undefined;
    this.candidate = undefined;
    this.setDown();
  }

  connect(): void {
    this.isWanted = true;
    this.sendState();
  }

  disconnect(): void {
    this.isWanted = false;
    this.sendState();
    this.setDown();
  }

  /** The gateway ends its session with the bridge, which is what does not answer, and establishes another. */
  reconnect(): void {
    if (!this.isUp) return;
    this.send(this.session, MESSAGE_DISCONNECT, this.firmware);
    this.sendState();
    this.setDown();
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    const kind = topic === this.reportTopic ? MESSAGE_REPORT : MESSAGE_STATUS;
    return this.isUp && this.send(this.session, kind, bytes);
  }

  /** A received frame. */
  take(frame: Uint8Array): void {
    if (isFrame(frame, FRAME_CHALLENGE)) return this.answer(copiedBytes(frame, 2, frame.length));
    const first = this.candidate === undefined ? undefined : this.candidate.open(frame);
    if (first !== undefined) {
      this.session = this.candidate;
      this.candidate = undefined;
    }
    const message = first !== undefined || this.session === undefined ? first : this.session.open(frame);
    if (message !== undefined) this.onMessage(message);
    else if (this.session === undefined && this.candidate === undefined)
      this.link.send(challengeRequestFrame());
  }

  private answer(challenge: Uint8Array): void {
    const { cipher, key, id } = this.link;
    const answer = this.drawAnswer();
    const keys = sessionKeys(cipher, key, id, challenge, answer);
    this.candidate = new LinkSession(cipher, keys.toGateway, keys.toTag);
    this.link.send(helloFrame(id, answer));
    this.sendStateTo(this.candidate);
  }

  /** Never the same twice, even if the chip's random numbers repeat. */
  private drawAnswer(): Uint8Array {
    const answer = new Uint8Array(LINK_NONCE_BYTES);
    for (let i = 0; i < LINK_NONCE_BYTES; i += 4) {
      const bits = i === 0 ? this.link.numbers.next() : this.link.random();
      for (let j = 0; j < 4; j++) answer[i + j] = (bits >>> (8 * j)) & 255;
    }
    return answer;
  }

  private onMessage({ kind, payload }: LinkMessage): void {
    switch (kind) {
      case MESSAGE_UP:
        return this.setUp();
      case MESSAGE_DOWN:
        this.setDown();
        if (this.isWanted) this.sendState();
        return;
      case MESSAGE_ACK:
        return this.deliver("ack", payload);
      case MESSAGE_SETTINGS:
        return this.deliver("settings", payload);
      case MESSAGE_COMMAND:
        return this.deliver("command", payload);
    }
  }

  private setUp(): void {
    if (!this.isWanted) return this.sendState();
    if (this.isUp) return;
    this.isUp = true;
    this.listener.up();
  }

  private setDown(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.listener.down();
  }

  private deliver(channel: "ack" | "settings" | "command", payload: Uint8Array): void {
    this.listener.message(topicOf(this.link.tag, channel), payload);
  }

  private sendState(): void {
    this.sendStateTo(this.session);
  }

  private sendStateTo(session: LinkSession | undefined): void {
    this.send(session, this.isWanted ? MESSAGE_CONNECT : MESSAGE_DISCONNECT, this.firmware);
  }

  private send(session: LinkSession | undefined, kind: number, payload: Uint8Array): boolean {
    const frame = session === undefined ? undefined : session.seal(kind, payload);
    return frame !== undefined && this.link.send(frame);
  }
}
