import { MAX_MESSAGE_BYTES } from "../attempt.ts";
import { httpResult } from "../outgoing/http-result.ts";
import type { Post } from "../outgoing/post.ts";
import type { Channel } from "./channel.ts";
import { webhookSignature } from "./sign-webhook.ts";

const MEANINGS = { gone: [410], rejected: [413] };

/** Standard Webhooks 1.0.0: `{type, timestamp, data}`, signed at each attempt anew. `nowS`: seconds of UTC. */
export function webhookChannel(post: Post, nowS: () => number): Channel<"webhook"> {
  return async ({ id, endpoint, message: { type, at, data }, signal }) => {
    const timestamp = new Date(at * 1_000).toISOString();
    const body = Buffer.from(JSON.stringify({ type, timestamp, data }));
    if (body.length > MAX_MESSAGE_BYTES) return { outcome: "rejected", reason: "the message is too large" };
    const sentAtS = nowS();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(sentAtS),
      "webhook-signature": webhookSignature({ id, sentAtS, body }, endpoint),
    };
    const answer = await post({ url: endpoint.url, headers, body, signal });
    return httpResult(answer, MEANINGS, nowS());
  };
}
