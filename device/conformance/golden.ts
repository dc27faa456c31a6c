import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const FILE = fileURLToPath(new URL("golden.json", import.meta.url));

/** Transcripts up to this many characters are kept whole. */
const WHOLE_CHARACTERS = 2_600;
const HEAD_LINES = 8;

/** What is kept of a transcript. */
export interface Golden {
  readonly lines: number;
  readonly sha256: string;
  /** The whole transcript when it is short, else how it begins. */
  readonly text: readonly string[];
}

/** A golden of these lines. */
export function goldenOf(lines: readonly string[]): Golden {
  const text = lines.join("\n");
  const sha256 = createHash("sha256").update(text).digest("hex");
  const kept = text.length <= WHOLE_CHARACTERS ? lines : lines.slice(0, HEAD_LINES);
  return { lines: lines.length, sha256, text: [...kept] };
}

/** The recorded goldens by scenario name. */
export function readGoldens(): Readonly<Record<string, Golden>> {
  return JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Golden>;
}

/** Replaces the recorded goldens. */
export async function writeGoldens(goldens: Readonly<Record<string, Golden>>): Promise<void> {
  writeFileSync(FILE, await format(JSON.stringify(goldens), { parser: "json", printWidth: 110 }));
}
