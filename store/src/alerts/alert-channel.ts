import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { AlertChannelId } from "./alert-rule.ts";

/** Where alerts go. Sealed under the owner's key: an address names a person. */
export type AlertEndpoint =
  | { readonly kind: "email"; readonly address: string }
  | {
      readonly kind: "webhook";
      /** https. */
      readonly url: string;
      /** Whether messages say where the tag is; they name the alert only otherwise. */
      readonly withPlace: boolean;
      /** `whsec_…`, the newest first; the second is valid until `formerUntil`. */
      readonly secrets: readonly string[];
      /** `whsk_…`, Ed25519, in the same order. */
      readonly keys: readonly string[];
      readonly formerUntil?: UnixSeconds | undefined;
    }
  | { readonly kind: "push"; readonly url: string; readonly p256dh: string; readonly auth: string }
  | { readonly kind: "ntfy"; readonly url: string; readonly token?: string | undefined };

export type AlertChannelKind = AlertEndpoint["kind"];

/**
 * `unproved`: a code was sent and not yet returned. `active`. `paused`: failed for five days; its owner may resume it. `gone`: the
 * endpoint said that it is there no more.
 */
export type AlertChannelState = "unproved" | "active" | "paused" | "gone";

/** A channel as its owner sees it. */
export interface AlertChannel {
  readonly id: AlertChannelId;
  readonly kind: AlertChannelKind;
  /** The owner's word for it; undefined when it does not open under its key. */
  readonly name: string | undefined;
  readonly state: AlertChannelState;
  readonly createdAt: UnixSeconds;
  readonly endpoint: AlertEndpoint | undefined;
  /** Since when nothing was delivered although it was tried; undefined while all is well. */
  readonly failingSince: UnixSeconds | undefined;
  /** Of whatever message, the code of a proof among them; undefined while there was none. */
  readonly lastAttempt: ChannelAttempt | undefined;
}

/** How an attempt at an endpoint went. */
export interface ChannelAttempt {
  /** When it ended, milliseconds of UTC. */
  readonly at: number;
  /** Constant text; undefined when the endpoint took the message. */
  readonly error: string | undefined;
  /** Such as "TLSv1.3"; undefined when there was none. */
  readonly tls: string | undefined;
}

export interface AlertChannelDraft {
  readonly name: string;
  readonly endpoint: AlertEndpoint;
}

/** Channels of one account. */
export const MAX_ALERT_CHANNELS = 16;

/** How long the code that was sent to a new endpoint can be given back, and how often it may be guessed. */
export const PROOF_S = 86_400;
export const MAX_PROOF_TRIES = 5;

/** How long an endpoint may fail before it is paused. */
export const PAUSE_AFTER_S = 5 * 86_400;

/** How long a former secret and key sign too. */
export const ROTATION_S = 86_400;
