import { copiedBytes } from "./copied-bytes.ts";
import type { LinkCipher } from "./link-cipher.ts";
import { FRAME_SEALED } from "./link-frame.ts";
import { LINK_HEAD_BYTES, LINK_SEAL_BYTES } from "./link-limits.ts";

/** The content of a sealed frame. */
export interface LinkMessage {
  readonly kind: number;
  readonly payload: Uint8Array;
}

const CCM_NONCE_BYTES = 13;
const MAX_COUNTER = 4_294_967_295;

/**
 * One end of a session: seals what it sends, opens what it receives. Each direction has its own key and counts its frames;
 * the counter is the nonce, and a frame whose counter does not exceed the last one's is refused. So frames may be lost,
 * but none is accepted twice, late, changed, or from another session.
 */
export class LinkSession {
  private readonly cipher: LinkCipher;
  private readonly sendKey: Uint8Array;
  private readonly receiveKey: Uint8Array;
  private sent: number;
  private received: number;

  constructor(cipher: LinkCipher, sendKey: Uint8Array, receiveKey: Uint8Array) {
    this.cipher = cipher;
    this.sendKey = sendKey;
    this.receiveKey = receiveKey;
    this.sent = 0;
    this.received = 0;
  }

  /** The frame that carries this message; undefined when the session has used all its counters. */
  seal(kind: number, payload: Uint8Array): Uint8Array | undefined {
    if (this.sent === MAX_COUNTER) return undefined;
    const plain = new Uint8Array(1 + payload.length);
    plain[0] = kind;
    plain.set(payload, 1);
    this.sent++;
    const sealed = this.cipher.seal(this.sendKey, nonceOf(this.sent), plain);
    const frame = new Uint8Array(LINK_HEAD_BYTES + sealed.length);
    frame[0] = FRAME_SEALED;
    putCounter(frame, 1, this.sent);
    frame.set(sealed, LINK_HEAD_BYTES);
    return frame;
  }

  /** The content of the frame; undefined when it is not from the other end, or not newer than the last one. */
  open(frame: Uint8Array): LinkMessage | undefined {
    if (frame[0] !== FRAME_SEALED || frame.length <= LINK_HEAD_BYTES + LINK_SEAL_BYTES) return undefined;
    const counter = counterOf(frame, 1);
    if (counter <= this.received) return undefined;
    const plain = this.cipher.open(
      this.receiveKey,
      nonceOf(counter),
      copiedBytes(frame, LINK_HEAD_BYTES, frame.length),
    );
    if (plain === undefined) return undefined;
    this.received = counter;
    return { kind: plain[0] as number, payload: copiedBytes(plain, 1, plain.length) };
  }
}

function nonceOf(counter: number): Uint8Array {
  const nonce = new Uint8Array(CCM_NONCE_BYTES);
  putCounter(nonce, CCM_NONCE_BYTES - 4, counter);
  return nonce;
}

function putCounter(bytes: Uint8Array, at: number, counter: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (counter >>> (24 - 8 * i)) & 255;
}

function counterOf(bytes: Uint8Array, at: number): number {
  let counter = 0;
  for (let i = 0; i < 4; i++) counter = counter * 256 + (bytes[at + i] as number);
  return counter;
}
