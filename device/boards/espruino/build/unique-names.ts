import type { NodePath, Plugin } from "@babel/core";
import type { Scopable } from "@babel/types";

/**
 * Gives every variable of every function a name of its own, so that code can be moved from one function to another. Those
 * of the program's outermost function keep theirs.
 */
export function uniqueNames(): Plugin {
  let count = 0;
  return {
    name: "unique-names",
    visitor: {
      Scopable: ({ node, parent, scope }: NodePath<Scopable>) => {
        if (scope.block !== node || node.type === "Program" || parent.type === "CallExpression") return;
        for (const name of Object.keys(scope.bindings)) scope.rename(name, `own${count++}`);
      },
    },
  };
}
