import { randomBytes } from "node:crypto";
import { copiedBytes } from "@purrimeter/protocol/copied-bytes";
import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import { challengeFrame, FRAME_HELLO, isFrame } from "@purrimeter/protocol/link-frame";
import { LINK_ID_BYTES, LINK_NONCE_BYTES } from "@purrimeter/protocol/link-limits";
import { LinkSession, type LinkMessage } from "@purrimeter/protocol/link-session";
import { sessionKeys } from "@purrimeter/protocol/session-keys";
import { hex, type Pairing } from "./pairing.ts";

/** A tag that has proved itself. */
export interface ProvenTag {
  readonly pairing: Pairing;
  readonly session: LinkSession;
  /** The message that was its proof. */
  readonly first: LinkMessage;
}

/** The gateway's side of the handshake on one link. */
export class LinkHandshake {
  readonly #cipher: LinkCipher;
  readonly #pairings: ReadonlyMap<string, Pairing>;
  #challenge: Uint8Array | undefined;
  #candidate: Omit<ProvenTag, "first"> | undefined;

  /** `pairings` by `hex` of their id. */
  constructor(cipher: LinkCipher, pairings: ReadonlyMap<string, Pairing>) {
    this.#cipher = cipher;
    this.#pairings = pairings;
  }

  /** A new challenge. An answer to the one before is no longer accepted. */
  ask(): Uint8Array {
    this.#challenge = randomBytes(LINK_NONCE_BYTES);
    this.#candidate = undefined;
    return challengeFrame(this.#challenge);
  }

  /** Takes a frame that may be a HELLO or the proof after it; returns the tag when it is the proof. */
  take(frame: Uint8Array): ProvenTag | undefined {
    if (isFrame(frame, FRAME_HELLO)) this.#hello(frame);
    const first = this.#candidate?.session.open(frame);
    if (this.#candidate === undefined || first === undefined) return undefined;
    const proven = { ...this.#candidate, first };
    this.#candidate = undefined;
    return proven;
  }

  /** A challenge can be answered once. */
  #hello(frame: Uint8Array): void {
    const id = copiedBytes(frame, 2, 2 + LINK_ID_BYTES);
    const pairing = this.#pairings.get(hex(id));
    if (this.#challenge === undefined || pairing === undefined) return;
    const answer = copiedBytes(frame, 2 + LINK_ID_BYTES, frame.length);
    const keys = sessionKeys(this.#cipher, pairing.key, id, this.#challenge, answer);
    this.#challenge = undefined;
    this.#candidate = { pairing, session: new LinkSession(this.#cipher, keys.toTag, keys.toGateway) };
  }
}
