import { LINK_ID_BYTES, LINK_NONCE_BYTES, LINK_VERSION } from "./link-limits.ts";

/** First byte of a frame. */
export const FRAME_CHALLENGE_REQUEST = 0;
export const FRAME_CHALLENGE = 1;
export const FRAME_HELLO = 2;
export const FRAME_SEALED = 3;

/**
 * First byte of a sealed message from the tag. CONNECT requests an MQTT session and carries the name of the firmware;
 * DISCONNECT ends it.
 */
export const MESSAGE_CONNECT = 1;
export const MESSAGE_DISCONNECT = 2;
export const MESSAGE_REPORT = 3;
export const MESSAGE_STATUS = 4;

/**
 * First byte of a sealed message from the gateway. UP and DOWN: whether the MQTT session is established; the others carry
 * what it received.
 */
export const MESSAGE_UP = 1;
export const MESSAGE_DOWN = 2;
export const MESSAGE_ACK = 3;
export const MESSAGE_SETTINGS = 4;
export const MESSAGE_COMMAND = 5;

/** The tag requests a challenge: it has none, or no key for the frames that it receives. */
export function challengeRequestFrame(): Uint8Array {
  return new Uint8Array([FRAME_CHALLENGE_REQUEST, LINK_VERSION]);
}

/** The gateway's challenge: LINK_NONCE_BYTES that it never used before. */
export function challengeFrame(challenge: Uint8Array): Uint8Array {
  return joined(FRAME_CHALLENGE, challenge, new Uint8Array(0));
}

/** The tag's answer: which key, and LINK_NONCE_BYTES that it never used before. A sealed frame that proves it follows. */
export function helloFrame(linkId: Uint8Array, answer: Uint8Array): Uint8Array {
  return joined(FRAME_HELLO, linkId, answer);
}

/** Whether the frame is complete, of that kind and of our version. */
export function isFrame(frame: Uint8Array, kind: number): boolean {
  return frame[0] === kind && frame[1] === LINK_VERSION && frame.length === lengthOf(kind);
}

function lengthOf(kind: number): number {
  if (kind === FRAME_CHALLENGE_REQUEST) return 2;
  return 2 + LINK_NONCE_BYTES + (kind === FRAME_HELLO ? LINK_ID_BYTES : 0);
}

function joined(kind: number, one: Uint8Array, two: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + one.length + two.length);
  frame[0] = kind;
  frame[1] = LINK_VERSION;
  frame.set(one, 2);
  frame.set(two, 2 + one.length);
  return frame;
}
