import type { Command } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ClockRefusal } from "../tags/clock-refusal.ts";

export type CommandKind = Command["action"];

/**
 * `pending`: the tag has not been there. `sent`: to a tag that was there; sent again until it answers. `done`: the tag's answer.
 * `refused`: with a reason. `expired`: the tag did not come in time, or came too late. `replaced`: by a later one of its kind.
 */
export type CommandState = "pending" | "sent" | "done" | "refused" | "expired" | "stopped" | "replaced";

/** Of `refused`: the tag's firmware is too old, or the tag said no. */
export type CommandReason = "too-old" | "refused-by-tag";

/** A command as who gave it sees it. */
export interface TagCommand {
  /** The id on the wire, 1 to 4,294,967,295; unique for the tag's ownership. */
  readonly id: number;
  readonly kind: CommandKind;
  /** 0 for `locate` and `stop`. */
  readonly seconds: number;
  readonly state: CommandState;
  /** Of `refused`. */
  readonly reason: CommandReason | undefined;
  readonly createdAt: UnixSeconds;
  readonly sentAt: UnixSeconds | undefined;
  /** By the tag's clock; undefined when it did not know the time. */
  readonly answeredAt: UnixSeconds | undefined;
  readonly expiresAt: UnixSeconds;
  /** Whether its owner gave it, and not a viewer. */
  readonly isOwners: boolean;
}

export interface CommandDraft {
  readonly kind: CommandKind;
  /** 1 to 3,600; 0 for `locate` and `stop`. */
  readonly seconds: number;
  readonly expiresAt: UnixSeconds;
  /** A client's own key: the same one within a day gives the same command. At most 64 characters. */
  readonly idempotencyKey: string | undefined;
}

/** Why no command was given. */
export type GiveRefusal = "not-found" | "too-old" | "revoked" | "key-reused" | ClockRefusal;

export type GiveOutcome =
  | {
      readonly kind: "given";
      readonly command: TagCommand;
      /** False for a repeat with the same key. */
      readonly isNew: boolean;
      /** When the tag is expected next; undefined when it was never heard. */
      readonly nextContactAt: UnixSeconds | undefined;
    }
  | { readonly kind: "refused"; readonly reason: GiveRefusal };

/** How long a client's key is remembered. */
export const KEY_S = 86_400;

/** Commands to the tags of one account, as owner or as a viewer whom the owner lets: a viewer sees their own only. */
export interface CommandsView {
  /** At most one of a kind is open: an earlier one is `replaced`, and by `stop` also live, buzz and light. */
  giveCommand(tag: TagId, draft: CommandDraft): Promise<GiveOutcome>;
  command(tag: TagId, id: number): Promise<TagCommand | "not-found">;
  /** The newest 100, newest first. */
  commands(tag: TagId): Promise<readonly TagCommand[] | "not-found">;
}

/** What the bridge does with commands. */
export interface CommandWork {
  /** Tags with commands that changed since the cursor; cheap when nothing did. */
  commandsChangedSince(
    cursor: number | undefined,
  ): Promise<{ readonly tags: readonly TagId[]; readonly cursor: number }>;
  /** Open commands of the tag's present ownership, oldest first: none of a viewer who may not any more, none that are void by then. */
  openCommands(tag: TagId, now: UnixSeconds): Promise<readonly Command[]>;
  /**
   * After it was sent, so that `sent` is never said of what was not. False when it was not open any more, or nothing could be written:
   * then it may be sent again, and the tag does it once.
   */
  markSent(tag: TagId, id: number, at: UnixSeconds): Promise<boolean>;
  markTooOld(tag: TagId, id: number): Promise<void>;
  /** Those of all tags whose time is over are `expired`. Cheap when there are none. */
  expireCommands(now: UnixSeconds): Promise<void>;
}
