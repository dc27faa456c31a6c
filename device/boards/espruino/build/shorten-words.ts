import type { NodePath, Plugin } from "@babel/core";
import type { NewExpression, StringLiteral } from "@babel/types";

/** A word of our own unions and fields: neither a path nor a text for people. */
const WORD = /^[a-z][A-Za-z-]+$/;

/** Words with a meaning outside our code: topics, Espruino's modules and events, files. */
const KNOWN_OUTSIDE: ReadonlySet<string> = new Set([
  ...["report", "status", "ack", "settings", "command"],
  ...["crypto", "purrimeter", "accel", "connect", "disconnect", "data", "falling", "uncaughtException"],
]);

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Replaces the words by which our code names its own states and reasons with one or two letters each, the same everywhere,
 * and removes the texts of errors, which nobody reads on the board. `keep` are words that are read outside.
 */
export function shortenWords(keep: readonly string[]): Plugin {
  const short = new Map<string, string>();
  const shortOf = (word: string): string => {
    const index = short.size;
    const found = short.get(word);
    if (found !== undefined) return found;
    const letters =
      (LETTERS[Math.floor(index / LETTERS.length) - 1] ?? "") + (LETTERS[index % LETTERS.length] ?? "");
    short.set(word, letters);
    return letters;
  };
  return {
    name: "shorten-words",
    visitor: {
      StringLiteral: ({ node, parent }: NodePath<StringLiteral>) => {
        const isKey = parent.type === "ObjectProperty" && parent.key === node;
        const isKept = isKey || KNOWN_OUTSIDE.has(node.value) || keep.includes(node.value);
        if (isKept || !WORD.test(node.value)) return;
        node.value = shortOf(node.value);
        delete node.extra;
      },
      NewExpression: ({ node }: NodePath<NewExpression>) => {
        if (node.callee.type === "Identifier" && node.callee.name === "Error") node.arguments = [];
      },
    },
  };
}
