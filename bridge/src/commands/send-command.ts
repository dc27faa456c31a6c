import { commandVersion, encodeCommand } from "@purrimeter/protocol/command";
import type { Command } from "@purrimeter/protocol/messages";
import type { TagId } from "@purrimeter/protocol/values";
import type { ReportStore } from "@purrimeter/store/report-store";
import type { ReportSource } from "../broker/report-source.ts";

/** `away`: the tag is not there or does not listen to commands. `too-old`: its firmware does not know the command. */
export type CommandSent = "sent" | "away" | "too-old";

/** Sends a command to a tag that is there, if the wire version that the tag reads has it. */
export async function sendCommand(
  store: Pick<ReportStore, "wireVersionOf">,
  source: Pick<ReportSource, "send">,
  tag: TagId,
  command: Command,
): Promise<CommandSent> {
  if ((await store.wireVersionOf(tag)) < commandVersion(command)) return "too-old";
  return source.send(tag, "command", encodeCommand(command)) ? "sent" : "away";
}
