import type { AnswerEntry, AnswerOutcome } from "@purrimeter/protocol/entry";
import type { Status } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach } from "vitest";
import type { CommandDraft, CommandKind, TagCommand } from "../commands/command.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, later, NOON, TAG } from "./contract-values.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

const SECONDS: Readonly<Record<CommandKind, number>> = { live: 600, buzz: 10, light: 30, locate: 0, stop: 0 };

/** A command that waits for an hour. */
export function commandDraft(kind: CommandKind, more: Partial<CommandDraft> = {}): CommandDraft {
  const seconds = SECONDS[kind];
  return { kind, seconds, expiresAt: later(NOON, 3_600), idempotencyKey: undefined, ...more };
}

/** The tag's answer. */
export function answer(command: number, outcome: AnswerOutcome, at: number = NOON): AnswerEntry {
  return { kind: "answer", command, outcome, at: at as UnixSeconds };
}

/** ADA's tag, in a store of its own for each test. */
class CommandsFixture {
  #harness: StoreHarness | undefined;
  #view: OwnerView | undefined;

  get harness(): StoreHarness {
    if (this.#harness === undefined) throw new Error("no test runs");
    return this.#harness;
  }

  get view(): OwnerView {
    if (this.#view === undefined) throw new Error("no test runs");
    return this.#view;
  }

  async start(harness: StoreHarness): Promise<void> {
    this.#harness = harness;
    this.#view = await claimed(harness, ADA, TAG);
  }

  async given(kind: CommandKind, more: Partial<CommandDraft> = {}): Promise<TagCommand> {
    const outcome = await this.view.giveCommand(TAG, commandDraft(kind, more));
    if (outcome.kind === "refused") throw new Error(outcome.reason);
    return outcome.command;
  }

  async stateOf({ id }: TagCommand): Promise<unknown> {
    const command = await this.view.command(TAG, id);
    return command === "not-found" ? command : command.state;
  }

  /** What the bridge is to send. */
  async open(now: UnixSeconds = NOON): Promise<string[]> {
    const commands = await this.harness.store.commands.openCommands(TAG, now);
    return commands.map(({ id, action }) => `${id} ${action}`);
  }

  async online(more: Partial<Status> = {}, at: UnixSeconds = NOON): Promise<void> {
    const status = { online: true, settingsVersion: 1, firmware: "1", ...more };
    await this.harness.store.reports.recordStatus(TAG, status, at);
  }
}

/** Makes the fixture for each test of a group. */
export function useCommands(make: () => Promise<StoreHarness>): CommandsFixture {
  const fixture = new CommandsFixture();
  beforeEach(async () => fixture.start(await make()));
  afterEach(() => fixture.harness.close());
  return fixture;
}
