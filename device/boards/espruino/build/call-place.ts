import type { CallExpression, Node, Statement } from "@babel/types";
import { isFunction, isLoop, listOf, type Parents } from "./syntax-tree.ts";

/** The statement that a call is in, when nothing of the statement is evaluated before the call's arguments. */
export interface CallPlace {
  readonly statement: Statement;
  /** `returned`: the function returns what the call does; `dropped`: nobody reads it; `read`: the statement does. */
  readonly result: "returned" | "dropped" | "read";
  /** Nothing of the function follows the statement. */
  readonly isLast: boolean;
  readonly isInLoop: boolean;
  /** Not every round of the loop, or not every call of the function, runs the statement. */
  readonly isConditional: boolean;
}

/** The place of the call; undefined when something of its statement is evaluated before it. */
export function callPlace(call: CallExpression, parents: Parents): CallPlace | undefined {
  let node: Node = call;
  for (let parent = parents.get(node); parent !== undefined; parent = parents.get(node)) {
    if (listOf(node, parents) !== undefined) return describe(node as Statement, call, parents);
    if (!isFirst(node, parent)) return undefined;
    node = parent;
  }
  return undefined;
}

/** The parts of a node that are evaluated before everything else of it, and always. */
const FIRST_PARTS: Readonly<Record<string, string>> = {
  ExpressionStatement: "expression",
  ReturnStatement: "argument",
  VariableDeclarator: "init",
  UnaryExpression: "argument",
  IfStatement: "test",
  ConditionalExpression: "test",
  SwitchStatement: "discriminant",
  LogicalExpression: "left",
  BinaryExpression: "left",
  MemberExpression: "object",
};

function isFirst(node: Node, parent: Node): boolean {
  if (parent.type === "VariableDeclaration") return parent.declarations[0] === node;
  if (parent.type === "CallExpression")
    return parent.arguments[0] === node && parent.callee.type === "Identifier";
  if (parent.type === "AssignmentExpression")
    return parent.right === node && parent.operator === "=" && parent.left.type === "Identifier";
  const part = FIRST_PARTS[parent.type];
  return part !== undefined && (parent as unknown as Record<string, unknown>)[part] === node;
}

function describe(statement: Statement, call: CallExpression, parents: Parents): CallPlace {
  const isInLoop = loopOf(statement, parents) !== undefined;
  const isReturned = statement.type === "ReturnStatement" && statement.argument === call;
  const isDropped = statement.type === "ExpressionStatement" && statement.expression === call;
  const result = isReturned ? "returned" : isDropped ? "dropped" : "read";
  const isConditional =
    isInLoop && parents.get(parents.get(statement) as Node) !== loopOf(statement, parents);
  return { statement, result, isLast: isLast(statement, parents), isInLoop, isConditional };
}

function loopOf(statement: Node, parents: Parents): Node | undefined {
  let node = parents.get(statement);
  while (node !== undefined && !isFunction(node) && !isLoop(node)) node = parents.get(node);
  return node !== undefined && isLoop(node) ? node : undefined;
}

function isLast(statement: Node, parents: Parents): boolean {
  const list = listOf(statement, parents);
  const parent = parents.get(statement) as Node;
  if (list !== undefined && list.at(-1) !== statement) return false;
  if (isFunction(parent)) return true;
  const goesOn = parent.type === "BlockStatement" || parent.type === "IfStatement";
  return goesOn && isLast(parent, parents);
}
