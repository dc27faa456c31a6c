import { COMMON_WORDS, LONGEST_COMMON_WORD, WALKS } from "./common-words.ts";

/** About 17 million guesses: what is found sooner counts as one of the common passwords. */
const COMMON_UP_TO_BITS = 24;
const LONGEST_PIECE = Math.max(LONGEST_COMMON_WORD, 40);
const WORD_BITS = 9;
const OWN_WORD_BITS = 2;
const WALK_BITS = 5;
const COPY_BITS = 2;
const YEAR_BITS = 6;
const DIGIT_BITS = 3.3;
const OTHER_BITS = 4.7;

const LETTER_FOR: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
const BOTH_WAYS = WALKS.flatMap((walk) => [walk, [...walk].reverse().join("")]);

function withoutFigures(text: string): string {
  return [...text].map((character) => LETTER_FOR[character] ?? character).join("");
}

function pieceBits(piece: string, before: string, own: ReadonlySet<string>): number {
  if (before.endsWith(piece)) return COPY_BITS;
  if (own.has(piece)) return OWN_WORD_BITS;
  if (COMMON_WORDS.has(piece) || COMMON_WORDS.has(withoutFigures(piece))) return WORD_BITS;
  if (piece.length >= 3 && BOTH_WAYS.some((walk) => walk.includes(piece))) return WALK_BITS;
  if (/^(?:19|20)\d\d$/u.test(piece)) return YEAR_BITS;
  if (piece.length > 1) return Infinity;
  return /\d/u.test(piece) ? DIGIT_BITS : OTHER_BITS;
}

function guessBits(text: string, own: ReadonlySet<string>): number {
  const best = [0];
  for (let end = 1; end <= text.length; end++) {
    let bits = Infinity;
    for (let start = Math.max(0, end - LONGEST_PIECE); start < end; start++) {
      bits = Math.min(
        bits,
        (best[start] ?? 0) + pieceBits(text.slice(start, end), text.slice(0, start), own),
      );
    }
    best.push(bits);
  }
  return best[text.length] ?? 0;
}

/**
 * Whether a guesser who joins common words, walks along the keyboard, repetitions, years and figures, and knows the
 * words of `own` (parts of the mail address), would try the password among the first 17 million (SP 800-63B-4,
 * 3.1.1.2: compare with commonly used, expected and context-specific values). Case and figures for letters do not hide
 * a word. Random text passes from eight characters on.
 */
export function isCommonPassword(password: string, own: readonly string[]): boolean {
  const lower = password.toLowerCase().replace(/[\s._-]/gu, "");
  const ownWords = new Set(own.map((word) => word.toLowerCase()).filter((word) => word.length >= 3));
  return guessBits(lower, ownWords) <= COMMON_UP_TO_BITS;
}
