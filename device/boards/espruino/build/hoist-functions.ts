import type { NodePath, Plugin } from "@babel/core";
import type { BlockStatement, Program } from "@babel/types";

type Block = BlockStatement | Program;

/** Espruino evaluates line by line and hoists nothing: moves function declarations to the top of their block. */
export function hoistFunctions(): Plugin {
  const hoist = (path: NodePath<Block>): void => {
    const { node } = path;
    const isFunction = (statement: Block["body"][number]): boolean =>
      statement.type === "FunctionDeclaration";
    node.body = [...node.body.filter(isFunction), ...node.body.filter((statement) => !isFunction(statement))];
  };
  return { name: "hoist-functions", visitor: { Program: hoist, BlockStatement: hoist } };
}
