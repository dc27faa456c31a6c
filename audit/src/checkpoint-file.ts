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

/** A note's signatures, of which each is a line that begins with a dash. */
const SIGNATURES = /^\u2014 /u;

/** The notes of a text: a block of three lines and, after an empty line, a block of signatures. */
function notesOf(text: string): string[] {
  const blocks = text.split(/\n\n+/u);
  return blocks.flatMap((block, i) => {
    const signatures = blocks[i + 1] ?? "";
    if (!SIGNATURES.test(signatures) || SIGNATURES.test(block)) return [];
    return [`${block.replace(/^\n+/u, "")}\n\n${signatures.trimEnd()}\n`];
  });
}

/** Reads notes: a file of one, or of many. What is no note, such as one that a full disk cut, is passed over. */
export function readCheckpoints(text: string, verifying: KeyObject): ReadCheckpoints {
  const notes = notesOf(text);
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
