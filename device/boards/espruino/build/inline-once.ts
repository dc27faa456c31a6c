import type { NodePath, Plugin } from "@babel/core";
import type {
  CallExpression,
  Expression,
  Identifier,
  Node,
  Program,
  ReturnStatement,
  Statement,
} from "@babel/types";
import { callPlace, type CallPlace } from "./call-place.ts";
import { changedNames, countBelow, nameUses, type NameUses } from "./name-uses.ts";
import {
  isFunction,
  listOf,
  noteParents,
  replaceNode,
  someBelow,
  walk,
  type FunctionNode,
  type Parents,
} from "./syntax-tree.ts";
import { unfoldStatements } from "./unfold-statements.ts";

/** A longer body is not moved to where most rounds of a loop skip it: Espruino reads what it skips. */
const SHORT_NODES = 60;

const ARGUMENT_NODES = /^(?:Numeric|String|Boolean|Null)Literal$|^ThisExpression$/;

const EFFECTS = /^(?:Call|New|Assignment|Update)Expression$/;

const nothing = (): Expression => {
  const zero = { type: "NumericLiteral", value: 0 };
  return { type: "UnaryExpression", operator: "void", prefix: true, argument: zero } as Expression;
};

/**
 * Moves the body of every function and method that is called at one place only to that place, where that does not change
 * what the program does. A definition and its call take 15 to 20 bytes, and Espruino looks up the name at every call.
 * Needs the names of uniqueNames. `keep` matches names of methods that are called from outside.
 */
export function inlineOnce(keep: RegExp): Plugin {
  return {
    name: "inline-once",
    visitor: {
      Program: ({ node }: NodePath<Program>) => {
        unfoldStatements(node);
        while (inlineAll(node, keep)) unfoldStatements(node);
      },
    },
  };
}

/** Whether anything was moved. */
function inlineAll(program: Program, keep: RegExp): boolean {
  const uses = nameUses(program);
  const parents: Parents = new Map();
  noteParents(program, parents);
  let isChanged = false;
  for (const [name, definition] of uses.functions) {
    const call = uses.calls.get(name);
    if (call === undefined || uses.counts.get(name) !== 2 || keep.test(name.replace(".", ""))) continue;
    if (!isMovable(definition) || isWithin(call, definition, parents)) continue;
    if (move(definition, call, uses, parents)) isChanged = true;
  }
  return isChanged;
}

/** Only plain parameters, and nothing that has another meaning in another function. */
function isMovable(definition: FunctionNode): boolean {
  let isPlain = definition.params.every(({ type }) => type === "Identifier");
  walk(definition.body, (node) => {
    if (isFunction(node) || node.type === "Super" || node.type === "TryStatement") isPlain = false;
    if (node.type === "Identifier" && node.name === "arguments") isPlain = false;
  });
  return isPlain && definition.body.type === "BlockStatement";
}

function isWithin(call: CallExpression, definition: FunctionNode, parents: Parents): boolean {
  let node = parents.get(call);
  while (node !== undefined && node !== definition) node = parents.get(node);
  return node === definition;
}

function move(definition: FunctionNode, call: CallExpression, uses: NameUses, parents: Parents): boolean {
  const { body } = definition.body as { body: Statement[] };
  const place = callPlace(call, parents);
  const [only] = body;
  const value = body.length === 1 && only?.type === "ReturnStatement" ? only.argument : undefined;
  const isAnywhere =
    value && bound(definition, call, uses).every((index) => isReadOnce(definition, call, value, index));
  if (!isAnywhere && (place === undefined || !fits(definition, place))) return false;
  const list = (parents.get(definition) as { body: unknown }).body as FunctionNode[];
  list.splice(list.indexOf(definition), 1);
  const made = bind(definition, call, uses, !isAnywhere);
  if (isAnywhere) replaceNode(call, value, parents);
  else insert(call, place as CallPlace, [...made, ...body], parents);
  return true;
}

/** Whether the body, with its returns, can be put before the statement of the call or in its place. */
function fits(definition: FunctionNode, place: CallPlace): boolean {
  const returns: ReturnStatement[] = [];
  let nodes = 0;
  walk(definition.body, (node) => {
    nodes++;
    if (node.type === "ReturnStatement") returns.push(node);
  });
  if (place.isConditional && nodes > SHORT_NODES) return false;
  const last = (definition.body as { body: Statement[] }).body.at(-1);
  const [first] = returns;
  const endsInValue = returns.length === 1 && first === last && first?.argument;
  if (place.result === "returned") return true;
  if (place.result === "read") return Boolean(endsInValue);
  return (
    returns.length === 0 ||
    Boolean(endsInValue) ||
    (place.isLast && returns.every(({ argument }) => !argument))
  );
}

/** Places of the parameters that must become variables: their arguments cannot be written in their stead. */
function bound({ params, body }: FunctionNode, call: CallExpression, uses: NameUses): number[] {
  const changed = new Set<string>();
  walk(body, (node) => void changedNames(node).forEach((name) => changed.add(name)));
  let isCalm = call.arguments.length <= params.length;
  for (const value of call.arguments)
    walk(value, (node) => void (/^(?:Assignment|Update)Expression$/.test(node.type) && (isCalm = false)));
  return params.flatMap((param, index) => {
    const value = call.arguments[index] as Expression | undefined;
    const isWritten = value === undefined || isFixed(value, uses);
    return isCalm && isWritten && !changed.has((param as Identifier).name) ? [] : [index];
  });
}

/** Whether the argument has no effect, and `value` reads it once, before any other effect. */
function isReadOnce(
  definition: FunctionNode,
  call: CallExpression,
  value: Expression,
  index: number,
): boolean {
  const argument = call.arguments[index];
  const { name } = definition.params[index] as Identifier;
  const isEffect = (node: Node): boolean => EFFECTS.test(node.type);
  if (argument === undefined || someBelow(argument, isEffect) || countBelow(value, name) !== 1) return false;
  return !someBelow(value, (node) => isEffect(node) && countBelow(node, name) === 0);
}

/** Means the same wherever the body of the function names it. */
function isFixed(value: Expression, { shared }: NameUses): boolean {
  if (value.type === "Identifier") return !shared.has(value.name);
  const isNegative = value.type === "UnaryExpression" && value.argument.type === "NumericLiteral";
  return ARGUMENT_NODES.test(value.type) || isNegative;
}

/** Writes the arguments in the stead of the parameters; returns the variables for those where that cannot be. */
function bind(definition: FunctionNode, call: CallExpression, uses: NameUses, isBound: boolean): Statement[] {
  const variables = isBound ? bound(definition, call, uses) : [];
  const written = new Map<string, Expression>();
  const made: Statement[] = [];
  definition.params.forEach((param, index) => {
    const value = (call.arguments[index] as Expression | undefined) ?? nothing();
    if (variables.includes(index)) made.push(declare(param as Identifier, value));
    else written.set((param as Identifier).name, value);
  });
  walk(definition.body, (node) => {
    const value = node.type === "Identifier" ? written.get(node.name) : undefined;
    if (value === undefined) return;
    for (const key of Object.keys(node)) delete (node as unknown as Record<string, unknown>)[key];
    Object.assign(node, value);
  });
  return made;
}

function declare(id: Identifier, init: Expression): Statement {
  return {
    type: "VariableDeclaration",
    kind: "var",
    declarations: [{ type: "VariableDeclarator", id, init }],
  };
}

function insert(call: CallExpression, place: CallPlace, body: Statement[], parents: Parents): void {
  const { statement, result, isLast, isInLoop } = place;
  const moved = isInLoop ? body.map(startUndefined) : body;
  const list = listOf(statement, parents) as Statement[];
  const parent = parents.get(statement);
  const last = moved.at(-1);
  const added = [...moved];
  if (result === "returned") {
    if (last?.type !== "ReturnStatement" && last?.type !== "ThrowStatement")
      added.push({ type: "ReturnStatement", argument: null } as unknown as Statement);
  } else if (last?.type === "ReturnStatement" && last.argument && !(isLast && result === "dropped")) {
    added.pop();
    replaceNode(call, last.argument, parents);
    added.push(statement);
  }
  list.splice(list.indexOf(statement), 1, ...added);
  for (const one of added) {
    parents.set(one, parent!);
    noteParents(one, parents);
  }
}

/** A variable without a value begins as undefined in every call of a function, but not in every round of a loop. */
function startUndefined(statement: Statement): Statement {
  walk(statement, (node) => {
    if (/^For(?:In|Of)Statement$/.test(node.type)) return;
    if (node.type === "VariableDeclarator") node.init ??= nothing();
  });
  return statement;
}
