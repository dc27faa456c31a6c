import { cutText } from "../outgoing/cut-text.ts";
import { httpResult } from "../outgoing/http-result.ts";
import type { Post } from "../outgoing/post.ts";
import { MESSAGE_ID, type Channel } from "./channel.ts";

const MEANINGS = { gone: [410], rejected: [413] };

/** A longer message would become an attachment: 4,096 bytes is the server's default. */
const MAX_TEXT_BYTES = 4_000;

/** Of 1 to 5; 3 is the default. */
const PRIORITIES = { normal: "3", high: "5" };

/**
 * Publishes to a topic's address (https://docs.ntfy.sh/publish/). Its server shows two messages of one sequence id as one, from
 * 2.16 on. `nowS`: seconds of UTC.
 */
export function ntfyChannel(post: Post, nowS: () => number): Channel<"ntfy"> {
  return async ({ id, endpoint: { url, token }, message, signal }) => {
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      [MESSAGE_ID]: id,
      "x-sequence-id": id,
      title: headerText(message.title),
      priority: PRIORITIES[message.urgency],
      tags: "cat",
      ...(message.navigate !== undefined && { click: headerText(message.navigate) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = Buffer.from(cutText(message.text, MAX_TEXT_BYTES));
    return httpResult(await post({ url, headers, body, signal }), MEANINGS, nowS());
  };
}

/** As a header holds it: ASCII, or an encoded word (RFC 2047), which ntfy decodes. */
function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/u.test(text)) return text;
  return `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
}
