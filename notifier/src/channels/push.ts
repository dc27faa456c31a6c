import type { Message } from "../attempt.ts";
import { cutText } from "../outgoing/cut-text.ts";
import { httpResult } from "../outgoing/http-result.ts";
import type { Post } from "../outgoing/post.ts";
import { encryptPush, MAX_PLAIN_BYTES } from "../push/encrypt-push.ts";
import type { Vapid } from "../push/vapid.ts";
import { MESSAGE_ID, type Channel } from "./channel.ts";

const MEANINGS = { gone: [404, 410], rejected: [413] };

/** A length says little when it is a multiple of this. */
const BUCKET_BYTES = 512;

/** Of a text that is cut until the whole fits. */
const LESS = 0.8;

/** What push needs besides the endpoint. */
export interface PushChannelOptions {
  readonly post: Post;
  readonly vapid: Vapid;
  /** Where a message leads that has no address of its own. */
  readonly navigate: string;
  /** Seconds of UTC. */
  readonly nowS: () => number;
}

/**
 * Web Push: RFC 8030, encrypted for the browser (RFC 8291), from a known sender (RFC 8292). What the browser reads is a declarative
 * message (https://www.w3.org/TR/push-api/, "declarative push message") with the message's id, for a page with or without a worker.
 */
export function pushChannel({ post, vapid, navigate, nowS }: PushChannelOptions): Channel<"push"> {
  return async ({ id, endpoint, message, signal }) => {
    const text = pushText(id, message, navigate);
    const body = encryptPush(text, endpoint, paddingOf(text.length));
    if (body === undefined) return { outcome: "rejected", reason: "the keys of the subscription are none" };
    const url = URL.parse(endpoint.url);
    const headers = {
      "content-type": "application/octet-stream",
      "content-encoding": "aes128gcm",
      ttl: String(message.ttlS),
      urgency: message.urgency,
      ...(message.topic !== undefined && { topic: message.topic }),
      ...(url !== null && { authorization: vapid.authorization(endpoint.url, nowS()) }),
      [MESSAGE_ID]: id,
    };
    return httpResult(await post({ url: endpoint.url, headers, body, signal }), MEANINGS, nowS());
  };
}

/** The message as the browser has it; its text is cut when it is too long. A second one with the same tag replaces the first. */
function pushText(id: string, { title, text, type, topic = id, navigate }: Message, home: string): Buffer {
  const at = navigate ?? home;
  const written = (body: string): Buffer =>
    Buffer.from(
      JSON.stringify({ web_push: 8030, notification: { title, body, navigate: at, tag: topic }, id, type }),
    );
  let body = text;
  while (written(body).length > MAX_PLAIN_BYTES)
    body = cutText(body, Math.floor(Buffer.byteLength(body) * LESS));
  return written(body);
}

function paddingOf(length: number): number {
  const whole = Math.ceil((length + 1) / BUCKET_BYTES) * BUCKET_BYTES - 1;
  return Math.min(whole, MAX_PLAIN_BYTES) - length;
}
