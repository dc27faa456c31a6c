import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { Command } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ClockRefusal } from "../tags/clock-refusal.ts";

export type CommandKind = Command["action"];

/**
 * `pending`: the tag has not been there. `sent`: to a tag that was there; sent again until it answers. `done`: the tag's answer.
 * `refused`: with a reason. `expired`: the tag did not come in time, or came too late. `replaced`: by a later one of its kind.
 */
export type CommandState = "pending" | "sent" | "done" | "refused" | "expired" | "stopped" | "replaced";

/** A command as who gave it sees it. */
export interface TagCommand {
  /** The id on the wire, 1 to 4,294,967,295; unique for the tag's ownership. */
  readonly id: number;
  readonly kind: CommandKind;
  /** 0 for `locate` and `stop`. */
  readonly seconds: number;
  readonly state: CommandState;
  /** Of `refused`: the tag's firmware is too old, or the tag said no. */
  readonly reason: "too-old" | "refused-by-tag" | undefined;
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

export type GiveOutcome =
  | {
      readonly kind: "given";
      readonly command: TagCommand;
      readonly isNew: boolean;
      readonly nextContactAt: UnixSeconds | undefined;
    }
  | {
      readonly kind: "refused";
      readonly reason: "not-found" | "not-allowed" | "too-old" | "revoked" | "key-reused" | ClockRefusal;
    };

/** Commands to the tags of one account, as owner or as a viewer whom the owner lets. */
export interface CommandsView {
  /** At most one of a kind is open: an earlier one is `replaced`. */
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
  /** Open commands of the tag's present ownership, oldest first. */
  openCommands(tag: TagId): Promise<readonly Command[]>;
  markSent(tag: TagId, id: number, at: UnixSeconds): Promise<void>;
  markTooOld(tag: TagId, id: number): Promise<void>;
  /** Called for each stored answer, in its transaction by the adapter itself. */
  readonly answered?: (tag: TagId, id: number, outcome: AnswerOutcome) => void;
}
