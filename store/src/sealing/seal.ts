import type { KeyObject } from "node:crypto";
import { openBytes, sealBytes } from "@purrimeter/secrets/aes-gcm";

/** What was sealed; part of the additional data, so that one is never taken for another. */
export type SealedKind =
  | "report"
  | "event"
  | "tag-name"
  | "geofence"
  | "set-aside"
  | "share-name"
  | "found-report"
  | "day-total"
  | "last-sides"
  | "alert"
  | "alert-rule"
  | "alert-channel"
  | "alert-state"
  | "alert-proof";

const KINDS: Readonly<Record<SealedKind, number>> = {
  report: 1,
  event: 2,
  "tag-name": 3,
  geofence: 4,
  "set-aside": 5,
  "share-name": 6,
  "found-report": 7,
  "day-total": 16,
  "last-sides": 17,
  alert: 18,
  "alert-rule": 19,
  "alert-channel": 20,
  "alert-state": 21,
  "alert-proof": 22,
};
const VERSION = 1;

/** Places in the additional data; the subject's text follows. */
const SUBJECT = 2;
const KEY = 8;
const EPOCH = 14;
const NUMBER = 18;
const TIME = 22;
const HEAD_BYTES = 26;

/** Whose bytes are sealed: a tag and its ownership, or an owner (number 0) and the thing's id. */
export interface SealSubject {
  readonly text: string;
  readonly number: number;
  /** Row number of the sealing key; says which version of a key sealed. */
  readonly keyId: number;
}

/** Where in its subject the sealed thing belongs. */
export interface SealPlace {
  readonly kind: SealedKind;
  readonly epoch: number;
  /** Number of the first entry, or a version. */
  readonly number: number;
  /** Seconds of UTC that stand in plain beside the sealed bytes. */
  readonly at: number;
}

/**
 * Seals and opens what belongs to one subject under one key. The additional data (version, kind, tag, ownership, key,
 * epoch, first number, time) is not kept: bytes that were moved to another row do not open.
 */
export class Sealer {
  readonly keyId: number;
  readonly #key: KeyObject;
  readonly #additional: Buffer;

  constructor(subject: SealSubject, key: KeyObject) {
    this.keyId = subject.keyId;
    this.#key = key;
    this.#additional = Buffer.concat([Buffer.alloc(HEAD_BYTES), Buffer.from(subject.text)]);
    this.#additional[0] = VERSION;
    this.#additional.writeUIntBE(subject.number, SUBJECT, 6);
    this.#additional.writeUIntBE(subject.keyId, KEY, 6);
  }

  seal(place: SealPlace, plain: Uint8Array): Buffer {
    return sealBytes(this.#key, plain, this.#at(place));
  }

  /** undefined when the bytes were changed, moved, or sealed under another key. */
  open(place: SealPlace, sealed: Uint8Array): Buffer | undefined {
    return openBytes(this.#key, sealed, this.#at(place));
  }

  #at(place: SealPlace): Buffer {
    const additional = this.#additional;
    additional[1] = KINDS[place.kind];
    additional.writeUInt32BE(place.epoch, EPOCH);
    additional.writeUInt32BE(place.number, NUMBER);
    additional.writeUInt32BE(place.at, TIME);
    return additional;
  }
}
