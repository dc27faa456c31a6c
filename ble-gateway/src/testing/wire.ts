import { LinkUplink } from "@purrimeter/device/link-uplink";
import { SessionNumbers } from "@purrimeter/device/session-numbers";
import { RamFlash } from "@purrimeter/device/ram-flash";
import type { UplinkListener } from "@purrimeter/device/mqtt-uplink";
import { message } from "@purrimeter/device/testing/uplink-contract";
import { MAX_GATEWAY_FRAME_BYTES } from "@purrimeter/protocol/link-limits";
import { slipFrame, SlipReader } from "@purrimeter/protocol/slip";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { nodeCipher } from "../node-cipher.ts";
import { hex, newPairing, type Pairing } from "../pairing.ts";
import { CHALLENGE_INTERVAL_MS, TagLink } from "../tag-link.ts";

export const TOM = asTagId("tom") as TagId;

/** A tag's uplink and a gateway's link; the test controls everything between them. */
export class Wire {
  /** Frames in transit, and all frames ever sent. */
  readonly toTag: Uint8Array[] = [];
  readonly toGateway: Uint8Array[] = [];
  readonly sentToTag: Uint8Array[] = [];
  readonly sentToGateway: Uint8Array[] = [];
  /** Events at the tag, and at the bridge: "up", "down", "topic=hex"; "connect", "disconnect", "close". */
  readonly told: string[] = [];
  readonly received: string[] = [];
  readonly flash = new RamFlash(8, 2);
  readonly tag: LinkUplink;
  gateway: TagLink;
  bridge: UplinkListener | undefined;
  readonly #reader = new SlipReader(MAX_GATEWAY_FRAME_BYTES, (frame) => this.tag.take(frame));
  readonly #known: readonly Pairing[];
  #nowMs = 0;

  /** `known` are the gateway's pairings. */
  constructor(pairing: Pairing = newPairing(TOM), known: readonly Pairing[] = [pairing]) {
    this.#known = known;
    this.tag = new LinkUplink(
      {
        ...pairing,
        firmware: "1.0.0",
        cipher: nodeCipher,
        numbers: new SessionNumbers(this.flash),
        // A chip without randomness.
        random: () => 0,
        send: (frame) => {
          const bytes = slipFrame(frame);
          this.toGateway.push(bytes);
          this.sentToGateway.push(bytes);
          return true;
        },
      },
      {
        up: () => this.told.push("up"),
        down: () => this.told.push("down"),
        message: (topic, bytes) => this.told.push(message(topic, bytes)),
      },
    );
    this.gateway = this.#newGateway();
  }

  /** Connects both ends and requests a session for the tag. */
  open(): void {
    this.tag.connect();
    this.tag.opened();
    this.pass(0);
  }

  /** Advances the gateway's time, then delivers everything. */
  pass(ms = CHALLENGE_INTERVAL_MS): void {
    this.#nowMs += ms;
    this.gateway.tick(this.#nowMs);
    this.settle();
  }

  /** Delivers everything that is in transit. */
  settle(): void {
    for (;;) {
      const up = this.toGateway.shift();
      if (up !== undefined) this.gateway.bytes(up);
      const down = this.toTag.shift();
      if (down !== undefined) this.feedTag(down);
      if (up === undefined && down === undefined) return;
    }
  }

  feedTag(bytes: Uint8Array): void {
    for (const byte of bytes) this.#reader.feed(byte);
  }

  /** Another gateway process with the same pairings. */
  replaceGateway(): void {
    this.gateway.closed();
    this.toTag.length = 0;
    this.toGateway.length = 0;
    this.gateway = this.#newGateway();
  }

  #newGateway(): TagLink {
    const byId = new Map(this.#known.map((pairing) => [hex(pairing.id), pairing]));
    const link = {
      write: (bytes: Uint8Array): void => {
        this.toTag.push(Uint8Array.from(bytes));
        this.sentToTag.push(Uint8Array.from(bytes));
      },
      unsentBytes: () => 0,
      close: () => undefined,
    };
    const ignored = { proven: () => undefined, closed: () => undefined, failed: () => undefined };
    return new TagLink(
      link,
      nodeCipher,
      byId,
      (tag, firmware, listener) => {
        this.bridge = listener;
        return {
          connect: () => void this.received.push(`connect ${tag} ${firmware}`),
          disconnect: () => void this.received.push("disconnect"),
          close: () => void this.received.push("close"),
          publish: (topic, bytes) => this.received.push(message(topic, bytes)) > 0,
        };
      },
      ignored,
    );
  }
}
