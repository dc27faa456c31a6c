import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { KeyObject } from "node:crypto";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";

/** The file of a database's checkpoints, beside it. */
export function checkpointFileOf(database: string): string {
  return `${database}.checkpoints`;
}

/** What a file of checkpoints holds. */
export interface ReadCheckpoints {
  /** In the order of the file, each with its text. */
  readonly checkpoints: readonly (Checkpoint & { readonly note: string })[];
  /** Notes that are signed by another key, or were changed. */
  readonly unsigned: number;
}

/** Notes begin after an empty line and consist of a text, an empty line and signatures. */
const NOTE = /(?<=^|\n\n)[^\n]+\n\d+\n[^\n]*\n\n(?:\u2014 [^\n]*\n)+/gu;

/** Reads notes: a file of one, or of many. What is no note, such as one that a full disk cut, is passed over. */
export function readCheckpoints(text: string, verifying: KeyObject): ReadCheckpoints {
  const notes = text.match(NOTE) ?? [];
  const checkpoints = notes.flatMap((note) => {
    const checkpoint = readCheckpoint(note, verifying);
    return checkpoint === undefined ? [] : [{ ...checkpoint, note }];
  });
  return { checkpoints, unsigned: notes.length - checkpoints.length };
}

/** Reads the file; no checkpoints when there is none. */
export function readCheckpointFile(path: string, verifying: KeyObject): ReadCheckpoints {
  return readCheckpoints(existsSync(path) ? readFileSync(path, "utf8") : "", verifying);
}

/** Adds a note in one write, apart from a note before it that may have been cut. */
export function appendCheckpoint(path: string, note: string): void {
  appendFileSync(path, `\n\n${note}`, { mode: 0o600 });
}
