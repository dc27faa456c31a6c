import type { TagId } from "@purrimeter/protocol/values";
import type { CommandDraft, CommandsView, GiveOutcome, TagCommand } from "../commands/command.ts";
import type { GivenCommands, Giver } from "../commands/given-commands.ts";
import type { LostDraft, LostModesView, LostOutcome, LostView } from "../lost/lost-mode.ts";
import type { OwnedLostModes } from "../lost/owned-lost-modes.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import { SqliteSharingView, type SharingViewParts } from "./sqlite-sharing-view.ts";

/** What OwnerCommands is made of. */
export interface OwnerCommandsParts extends SharingViewParts {
  readonly owner: OwnerId;
  readonly tags: OwnedTags;
  readonly commands: GivenCommands;
  readonly lostModes: OwnedLostModes;
}

/** What an owner tells tags, in the owner's view. */
export class OwnerCommands extends SqliteSharingView implements CommandsView, LostModesView {
  readonly #parts: OwnerCommandsParts;

  constructor(parts: OwnerCommandsParts) {
    super(parts);
    this.#parts = parts;
  }

  giveCommand(tag: TagId, draft: CommandDraft): Promise<GiveOutcome> {
    return Promise.try(() => this.#parts.commands.give(this.#giver(tag), tag, draft));
  }

  command(tag: TagId, id: number): Promise<TagCommand | "not-found"> {
    return Promise.try(() => this.#parts.commands.one(this.#giver(tag), id));
  }

  commandsSince(tag: TagId, change: number, through?: number): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.since(this.#giver(tag), change, through));
  }

  commands(tag: TagId): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.list(this.#giver(tag)));
  }

  lost(tag: TagId): Promise<LostView | "not-found"> {
    return Promise.try(() => this.#parts.lostModes.of(this.#parts.tags, tag));
  }

  setLost(tag: TagId, draft: LostDraft): Promise<LostOutcome> {
    return Promise.try(() => this.#parts.lostModes.set(this.#parts.tags, tag, draft));
  }

  endLost(tag: TagId): Promise<"ended" | "not-found"> {
    return Promise.try(() => this.#parts.lostModes.end(this.#parts.tags, tag));
  }

  #giver(tag: TagId): Giver {
    const { owner, tags } = this.#parts;
    return { account: owner, isOwner: true, ownership: () => tags.present(tag)?.id };
  }
}
