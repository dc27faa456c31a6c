import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
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

/** Longer than any two notes: a name, a size, a root, a signature. */
const TAIL_BYTES = 4_096;

/**
 * The newest checkpoint of the file that is signed, without reading the rest of it; undefined when the end of the file
 * holds none.
 */
export function newestCheckpoint(
  path: string,
  verifying: KeyObject,
): (Checkpoint & { readonly note: string }) | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, "r");
  try {
    const tail = Buffer.alloc(TAIL_BYTES);
    const read = readSync(file, tail, 0, TAIL_BYTES, Math.max(0, fstatSync(file).size - TAIL_BYTES));
    return readCheckpoints(tail.toString("utf8", 0, read), verifying).checkpoints.at(-1);
  } finally {
    closeSync(file);
  }
}

/** Adds a note in one write, apart from a note before it that may have been cut. */
export function appendCheckpoint(path: string, note: string): void {
  appendFileSync(path, `\n\n${note}`, { mode: 0o600 });
}
