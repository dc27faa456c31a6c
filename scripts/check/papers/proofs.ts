import type { Breach } from "../breach.ts";

/** `` `file` "title" ``: what a paper names as proof. */
interface Proof {
  readonly file: string;
  readonly title: string | undefined;
}

/** A path from the root: a word with a slash or an ending. A route begins with a slash, and is none. */
const PATH = /^(?:[\w.-]+\/[\w./-]+|[\w.-]+\.(?:ts|mjs|md|json))$/;
/** Files of an installation, none of the repository's. */
const NOT_OURS = ["config.json", "security.txt"];

/** A test's file has to be named with a test of it. */
const TEST_FILE = /\.(?:test|contract|engine)\.ts$/;

/** The proofs of a table's row: a code span with a path in it, and the quoted words that follow it directly. */
export function proofsOf(row: string): Proof[] {
  // Odd pieces are code spans; what follows one begins with its title, if it has one.
  const pieces = row.split("`");
  return pieces.flatMap((file, at) => {
    if (at % 2 === 0 || !PATH.test(file) || NOT_OURS.includes(file)) return [];
    const after = pieces[at + 1] ?? "";
    return [{ file, title: after.startsWith(' "') ? after.split('"')[1] : undefined }];
  });
}

/** What is wrong with a proof; undefined when it is there. */
function faultOf({ file, title }: Proof, read: (path: string) => string | undefined): string | undefined {
  const text = read(file);
  if (text === undefined) return `names ${file}, which does not exist`;
  if (title === undefined) return TEST_FILE.test(file) ? `names ${file} without a test of it` : undefined;
  return text.includes(title) ? undefined : `names "${title}", which ${file} does not have`;
}

/** Words that begin the last cell of a row that has a reason and no proof. */
const REASON = /^(?:Not applicable|Reason|Not yet): \S/;

const isHead = (line: string, next: string | undefined): boolean =>
  /^\|[\s|:-]+\|$/.test(line) || (next !== undefined && /^\|[\s|:-]+\|$/.test(next));

/**
 * Each row of each table of a paper ends with its proof, files and tests that exist, or with a reason.
 * @param read the text of a file by its path; undefined for one that does not exist
 */
export function checkProofs(
  paper: string,
  text: string,
  read: (path: string) => string | undefined,
): Breach[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (!line.startsWith("|") || isHead(line, lines[index + 1])) return [];
    const last = line.split("|").at(-2)?.trim() ?? "";
    const proofs = proofsOf(last);
    const where = `${paper}:${index + 1}`;
    if (proofs.length === 0 && !REASON.test(last))
      return [{ where, what: "has neither a proof nor a reason" }];
    return proofs.flatMap((proof) => {
      const what = faultOf(proof, read);
      return what === undefined ? [] : [{ where, what }];
    });
  });
}
