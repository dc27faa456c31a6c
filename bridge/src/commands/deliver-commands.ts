import type { Command } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { CommandWork } from "@purrimeter/store/command";
import type { ReportStore } from "@purrimeter/store/report-store";
import type { ReportSource } from "../broker/report-source.ts";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import { sendCommand } from "./send-command.ts";

/** A tag answers at once, and its report takes seconds; in bad coverage its layers repeat for half a minute. */
const SEND_AGAIN_MS = 30_000;

/** How often commands are looked for whose time is over. */
const EXPIRE_EVERY_MS = 1_000;

export interface DeliverCommandsParts {
  readonly commands: CommandWork;
  readonly store: Pick<ReportStore, "wireVersionOf">;
  readonly source: Pick<ReportSource, "send">;
  readonly counters: BridgeCounters;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
  /** Whether a command's time may be judged. */
  readonly isClockPlausible: () => boolean;
}

/** What is known of a tag with a session. */
interface Session {
  isListening: boolean;
  /** Whether it has said which wire version it reads, in this session. */
  hasReported: boolean;
  /** Commands that were sent and are open, and when that was. */
  readonly sent: Map<number, number>;
}

/** Sends commands to tags that are there, until they answer or the time is over. */
export interface CommandDelivery {
  /** The tag has said what it reads. */
  reported(tag: TagId): void;
  /** The tag takes commands from now on. */
  subscribed(tag: TagId): void;
  left(tag: TagId): void;
  /** Sends what is open and was not just sent; in the order in which it was given. */
  offer(tag: TagId): Promise<void>;
  /** Tags with a session whose commands changed since the last call, or have one that is to be sent again; cheap. */
  changed(): Promise<readonly TagId[]>;
}

export function createCommandDelivery(parts: DeliverCommandsParts): CommandDelivery {
  const { commands, monotonicMs, isClockPlausible } = parts;
  const sessions = new Map<TagId, Session>();
  let cursor: number | undefined;
  let expireAtMs = -Infinity;
  let wasPlausible = true;
  const of = (tag: TagId): Session => {
    const known = sessions.get(tag) ?? { isListening: false, hasReported: false, sent: new Map() };
    sessions.set(tag, known);
    return known;
  };
  const expire = async (): Promise<void> => {
    if (monotonicMs() < expireAtMs || !isClockPlausible()) return;
    expireAtMs = monotonicMs() + EXPIRE_EVERY_MS;
    await commands.expireCommands(parts.now());
  };
  return {
    reported: (tag) => {
      of(tag).hasReported = true;
    },
    subscribed: (tag) => {
      of(tag).isListening = true;
    },
    left: (tag) => void sessions.delete(tag),
    offer: async (tag) => {
      const session = sessions.get(tag);
      if (session?.isListening === true && isClockPlausible()) await offer(parts, tag, session);
    },
    changed: async () => {
      await expire();
      const news = await commands.commandsChangedSince(cursor);
      cursor = news.cursor;
      const tags = new Set(news.tags.filter((tag) => sessions.has(tag)));
      const isAgainPlausible = !wasPlausible && isClockPlausible();
      wasPlausible = isClockPlausible();
      for (const [tag, { sent }] of sessions)
        if (isAgainPlausible || isDue(sent, monotonicMs())) tags.add(tag);
      return [...tags];
    },
  };
}

function isDue(sent: ReadonlyMap<number, number>, nowMs: number): boolean {
  for (const atMs of sent.values()) if (nowMs - atMs >= SEND_AGAIN_MS) return true;
  return false;
}

async function offer(parts: DeliverCommandsParts, tag: TagId, session: Session): Promise<void> {
  const open = await parts.commands.openCommands(tag, parts.now());
  for (const id of session.sent.keys())
    if (!open.some((command) => command.id === id)) session.sent.delete(id);
  for (const command of open) {
    const atMs = session.sent.get(command.id);
    if (atMs === undefined || parts.monotonicMs() - atMs >= SEND_AGAIN_MS)
      await send(parts, tag, session, command);
  }
}

async function send(
  { commands, store, source, counters, now, monotonicMs }: DeliverCommandsParts,
  tag: TagId,
  { sent, hasReported }: Session,
  command: Command,
): Promise<void> {
  // Before the first wait: another look at the same moment does not send it too.
  sent.set(command.id, monotonicMs());
  const outcome = await sendCommand(store, source, tag, command);
  if (outcome === "sent") {
    counters.add("commands-sent", command.action);
    await commands.markSent(tag, command.id, now());
    return;
  }
  sent.delete(command.id);
  if (outcome === "too-old" && hasReported) await commands.markTooOld(tag, command.id);
}
