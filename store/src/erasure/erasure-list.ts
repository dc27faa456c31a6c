import type { OwnerId } from "../reading/owner-id.ts";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** An owner whose data was erased. */
export interface ListedErasure {
  readonly owner: OwnerId;
  /** Seconds of UTC. */
  readonly at: number;
}

/** An id of an owner; nothing that could be anything else in a line. */
const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([A-Za-z0-9_-]{1,64})$/;

/** The list has a line that is none of ours. */
export class ErasureListError extends Error {
  override readonly name = "ErasureListError";
}

/**
 * Adds an erased owner to the list and waits until it is on disk. The file is only ever appended to, a line of time and
 * random id for each owner, mode 0600: a copy of it elsewhere says what a restored backup must not bring back. An owner who
 * is on it already is not added again.
 */
export function listErasure(path: string, { owner, at }: ListedErasure): void {
  if (existsSync(path) && readFileSync(path, "utf8").includes(` ${owner}\n`)) return;
  const file = openSync(path, "a", 0o600);
  try {
    // A line that a crash cut short is ended first.
    writeSync(file, `${needsNewline(path) ? "\n" : ""}${lineOf({ owner, at })}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The erasures of a list; those of a file that is missing are none. Throws ErasureListError for a file of another kind. */
export function readErasures(path: string): ListedErasure[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  // Without a line's end it was cut short by a crash, before its owner's key was destroyed.
  const whole = lines.slice(0, -1).filter((line) => line !== "");
  return whole.flatMap((line, i) => {
    const [, time, owner] = LINE.exec(line) ?? [];
    if (time !== undefined && owner !== undefined)
      return [{ owner: owner as OwnerId, at: Date.parse(time) / 1_000 }];
    // Ended by the next writer, as above.
    if (line.length < 86 && /^\d[\dT:Z-]* ?[\w-]*$/.test(line)) return [];
    throw new ErasureListError(`${path}: line ${i + 1} is no line of a list of erasures`);
  });
}

/** The file's text for these erasures. */
export function erasureLines(erasures: readonly ListedErasure[]): string {
  return erasures.map(lineOf).join("");
}

function lineOf({ owner, at }: ListedErasure): string {
  return `${new Date(at * 1_000).toISOString().slice(0, 19)}Z ${owner}\n`;
}

function needsNewline(path: string): boolean {
  const text = readFileSync(path, "utf8");
  return text !== "" && !text.endsWith("\n");
}
