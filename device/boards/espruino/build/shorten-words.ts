import type { NodePath, Plugin } from "@babel/core";
import type { NewExpression, StringLiteral } from "@babel/types";

/** A word of our own unions and fields: neither a path nor a text for people. */
const WORD = /^[a-z][A-Za-z-]+$/;

/** Words with a meaning outside our code: topics, Espruino's modules and events, files. */
const KNOWN_OUTSIDE: ReadonlySet<string> = new Set([
  ...["report", "status", "ack", "settings", "command"],
  ...["crypto", "purrimeter", "accel", "connect", "disconnect", "data", "falling", "uncaughtException"],
]);

/**
 * Replaces the words by which our code names its own states and reasons with a number from 1 each, the same everywhere,
 * and removes the texts of errors, which nobody reads on the board. `keep` are words that are read outside.
 */
export function shortenWords(keep: readonly string[]): Plugin {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const found = numbers.get(word) ?? numbers.size + 1;
    numbers.set(word, found);
    return found;
  };
  return {
    name: "shorten-words",
    visitor: {
      StringLiteral: ({ node, parent }: NodePath<StringLiteral>) => {
        const isKey = parent.type === "ObjectProperty" && parent.key === node;
        const isKept = isKey || KNOWN_OUTSIDE.has(node.value) || keep.includes(node.value);
        if (isKept || !WORD.test(node.value)) return;
        Object.assign(node, { type: "NumericLiteral", value: numberOf(node.value) });
        delete node.extra;
      },
      NewExpression: ({ node }: NodePath<NewExpression>) => {
        if (node.callee.type === "Identifier" && node.callee.name === "Error") node.arguments = [];
      },
    },
  };
}
