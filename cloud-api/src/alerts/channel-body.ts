import type { z } from "@hono/zod-openapi";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { AlertChannel, AlertEndpoint } from "@purrimeter/store/alert-channel";
import { ACCOUNT_MAIL } from "@purrimeter/store/alert-rule";
import { timeOrNull } from "../lists/nullable-time.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import type { channelSchema, EndpointDraft, keyedChannelSchema } from "./channel-schema.ts";
import { canonicalUrl } from "./endpoint-address.ts";
import { publicWebhookKey } from "./public-webhook-key.ts";

type ChannelBody = z.infer<typeof channelSchema>;

/** Browsers write none, some programs do. */
function unpadded(base64url: string): string {
  return base64url.replace(/=+$/u, "");
}

/** What is kept of an endpoint. */
export function endpointOf(draft: EndpointDraft): AlertEndpoint {
  if (draft.kind === "email") return draft;
  const url = canonicalUrl(draft.url);
  if (draft.kind === "ntfy") return { ...draft, url };
  if (draft.kind === "push")
    return { ...draft, url, p256dh: unpadded(draft.p256dh), auth: unpadded(draft.auth) };
  // The store makes the first secret and key, as it makes the later ones.
  const keys = { secrets: [], keys: [] };
  return { kind: "webhook", url, withPlace: draft.withPlace ?? false, ...keys };
}

function endpointBody(endpoint: AlertEndpoint): NonNullable<ChannelBody["endpoint"]> {
  switch (endpoint.kind) {
    case "email":
      return { kind: "email", address: endpoint.address };
    case "webhook": {
      const { kind, url, withPlace, formerUntil } = endpoint;
      return { kind, url, withPlace, formerUntil: timeOrNull(formerUntil) };
    }
    case "push":
      return { kind: "push", host: new URL(endpoint.url).host };
    case "ntfy":
      return { kind: "ntfy", url: endpoint.url, hasToken: endpoint.token !== undefined };
  }
}

function attemptBody(attempt: AlertChannel["lastAttempt"]) {
  const at = attempt && (Math.floor(attempt.at / 1_000) as UnixSeconds);
  return { lastAttemptAt: timeOrNull(at), lastError: attempt?.error ?? null, tls: attempt?.tls ?? null };
}

/** A channel as its owner reads it, without what is secret of it. */
export function channelBody(channel: AlertChannel): ChannelBody {
  const { id, kind, name, state, endpoint, failingSince, createdAt } = channel;
  const isUnreadable = name === undefined || endpoint === undefined;
  return {
    ...{ id, kind, state, name: name ?? null },
    endpoint: endpoint === undefined ? null : endpointBody(endpoint),
    ...(isUnreadable && { unreadable: true as const }),
    failingSince: timeOrNull(failingSince),
    ...attemptBody(channel.lastAttempt),
    createdAt: rfc3339(createdAt),
  };
}

/** The same with the newest secret and public key of a webhook, which are shown this once. */
export function keyedChannelBody(channel: AlertChannel): z.infer<typeof keyedChannelSchema> {
  const { endpoint } = channel;
  if (endpoint?.kind !== "webhook") return channelBody(channel);
  const [secret, key] = [endpoint.secrets[0], endpoint.keys[0]];
  return {
    ...channelBody(channel),
    ...(secret !== undefined && { secret }),
    ...(key !== undefined && { publicKey: publicWebhookKey(key) }),
  };
}

/** The account's own address, which has no row: its service alone knows it. */
export function accountMailBody(isVerified: boolean): ChannelBody {
  const nothing = { name: null, endpoint: null, failingSince: null, createdAt: null };
  const never = attemptBody(undefined);
  return { id: ACCOUNT_MAIL, kind: "email", state: isVerified ? "active" : "unproved", ...nothing, ...never };
}
