import { TOPIC_VERSION } from "./limits.ts";
import { asTagId, type TagId } from "./values.ts";

/** The last part of a topic: what the message is. */
export type Channel = "report" | "ack" | "settings" | "command" | "status";

/** What a tag may publish; everything else is sent to it. */
const UPLINK_CHANNELS: readonly Channel[] = ["report", "status"];

/** What a tag may subscribe to, each as an exact filter. */
export const DOWNLINK_CHANNELS: readonly Channel[] = ["ack", "settings", "command"];

const PREFIX = `purrimeter/${TOPIC_VERSION}/`;

/** `purrimeter/1/{tag}/{channel}`. */
export function topicOf(tag: TagId, channel: Channel): string {
  return `${PREFIX}${tag}/${channel}`;
}

function asChannel(text: string): Channel | undefined {
  for (const channel of UPLINK_CHANNELS) if (channel === text) return channel;
  for (const channel of DOWNLINK_CHANNELS) if (channel === text) return channel;
  return undefined;
}

/** The tag and channel that a topic names, or undefined for any other topic, filter or wildcard. */
export function parseTopic(topic: string): { tag: TagId; channel: Channel } | undefined {
  if (!topic.startsWith(PREFIX)) return undefined;
  const slash = topic.indexOf("/", PREFIX.length);
  if (slash < 0) return undefined;
  const tag = asTagId(topic.slice(PREFIX.length, slash));
  const channel = asChannel(topic.slice(slash + 1));
  return tag === undefined || channel === undefined ? undefined : { tag, channel };
}
