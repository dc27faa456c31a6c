import { MAX_REPORT_BYTES, MAX_SETTINGS_BYTES } from "../limits.ts";

/** Version of the protocol between a gateway and a tag without its own network: docs/link.md. */
export const LINK_VERSION = 1;

/** A tag's link key: the key of HMAC-SHA256, so as many bytes as its hash has. */
export const LINK_KEY_BYTES = 32;

/** Drawn at pairing; identifies the key of a HELLO without naming the tag to a listener. */
export const LINK_ID_BYTES = 8;

/** The gateway's challenge and the tag's answer to it. */
export const LINK_NONCE_BYTES = 16;

/** AES-128-CCM's tag at its longest. */
export const LINK_SEAL_BYTES = 16;

/** Kind of frame and counter before the sealed part; kind of message within it. */
export const LINK_HEAD_BYTES = 5;
const SEALED_EXTRA_BYTES = LINK_HEAD_BYTES + 1 + LINK_SEAL_BYTES;

/** Largest frame that a tag sends: a report. */
export const MAX_TAG_FRAME_BYTES = MAX_REPORT_BYTES + SEALED_EXTRA_BYTES;

/** Largest frame that a gateway sends: settings. */
export const MAX_GATEWAY_FRAME_BYTES = MAX_SETTINGS_BYTES + SEALED_EXTRA_BYTES;
