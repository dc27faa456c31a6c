import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";

/** The topics of one tag. */
export interface TagTopics {
  readonly report: string;
  readonly status: string;
  readonly ack: string;
  readonly settings: string;
  readonly command: string;
}

export function tagTopics(tag: TagId): TagTopics {
  return {
    report: topicOf(tag, "report"),
    status: topicOf(tag, "status"),
    ack: topicOf(tag, "ack"),
    settings: topicOf(tag, "settings"),
    command: topicOf(tag, "command"),
  };
}
