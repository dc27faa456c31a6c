import type { AlertCommand } from "@purrimeter/store/alert-work";
import { tellOnce } from "./held.ts";
import { earliest, type Judging, type Verdict } from "./judging.ts";

/** An answer may come in the report after the command's end. */
const GRACE_S = 60;

/** Tells that live positions were asked for and none came: the command was refused, or its time is over without an answer. */
export function liveFailed(judging: Judging, memory: unknown): Verdict {
  const { nowS, task } = judging;
  const [latest] = task.commands
    .filter(({ kind }) => kind === "live" || kind === "stop")
    .toSorted((a, b) => b.createdAt - a.createdAt || b.command - a.command);
  // One that was followed by another, or taken back, is nobody's concern any more.
  const asked = latest?.kind === "live" ? latest : undefined;
  const failed =
    asked !== undefined && hasFailed(asked, nowS) ? [{ id: String(asked.command), at: asked.createdAt }] : [];
  const verdict = tellOnce(judging, memory, "live-failed", failed);
  const isOpen = asked?.outcome === undefined && failed.length === 0;
  return {
    ...verdict,
    dueAt: earliest([verdict.dueAt, isOpen && asked !== undefined ? asked.expiresAt + GRACE_S : undefined]),
  };
}

function hasFailed({ outcome, expiresAt }: AlertCommand, nowS: number): boolean {
  if (outcome === undefined) return expiresAt + GRACE_S <= nowS;
  return outcome === "expired" || outcome === "refused";
}
