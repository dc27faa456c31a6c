import type { CallExpression, Node } from "@babel/types";
import { calledName, isFunction, walk, childrenOf, type FunctionNode } from "./syntax-tree.ts";

/** What a program says about its names; names of properties begin with a point. */
export interface NameUses {
  /** How often each is written, its definition included. */
  readonly counts: Map<string, number>;
  readonly functions: Map<string, FunctionNode>;
  readonly calls: Map<string, CallExpression>;
  /** Variables that a function changes that did not make them. */
  readonly shared: Set<string>;
}

/** Reads all names of the program, in which every variable has a name of its own. */
export function nameUses(program: Node): NameUses {
  const uses: NameUses = { counts: new Map(), functions: new Map(), calls: new Map(), shared: new Set() };
  const madeIn = new Map<string, Node>();
  visit(program, program, uses, madeIn);
  return uses;
}

function visit(node: Node, within: Node, uses: NameUses, madeIn: Map<string, Node>): void {
  note(node, uses);
  if (node.type === "VariableDeclarator" && node.id.type === "Identifier") madeIn.set(node.id.name, within);
  if (isFunction(node)) for (const name of namesOf(node.params)) madeIn.set(name, node);
  for (const name of changedNames(node)) if (madeIn.get(name) !== within) uses.shared.add(name);
  const inner = isFunction(node) ? node : within;
  for (const child of childrenOf(node)) visit(child, inner, uses, madeIn);
}

function namesOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => (node.type === "Identifier" ? [node.name] : []));
}

/** Variables that the node itself changes. */
export function changedNames(node: Node): string[] {
  if (node.type === "AssignmentExpression") return namesOf([node.left]);
  return node.type === "UpdateExpression" ? namesOf([node.argument]) : [];
}

function note(node: Node, uses: NameUses): void {
  const count = (name: string): void => void uses.counts.set(name, (uses.counts.get(name) ?? 0) + 1);
  if (node.type === "Identifier") count(node.name);
  const property = nameOfProperty(node);
  if (property !== undefined) count(property);
  if (node.type === "FunctionDeclaration" && node.id) uses.functions.set(node.id.name, node);
  if (node.type === "ClassMethod" && node.kind === "method" && property !== undefined)
    uses.functions.set(property, node);
  if (node.type !== "CallExpression") return;
  const called = calledName(node);
  if (called !== undefined) uses.calls.set(called, node);
}

function nameOfProperty(node: Node): string | undefined {
  if (node.type === "MemberExpression") return node.computed ? undefined : pointed(node.property);
  const isKey = node.type === "ObjectProperty" || node.type === "ClassMethod" || node.type === "ObjectMethod";
  return isKey ? pointed(node.key) : undefined;
}

function pointed(node: Node): string | undefined {
  if (node.type === "StringLiteral") return `.${node.value}`;
  return node.type === "Identifier" ? `.${node.name}` : undefined;
}

/** How often the variable is written below the node. */
export function countBelow(node: Node, name: string): number {
  let count = 0;
  walk(node, (below) => void (below.type === "Identifier" && below.name === name && count++));
  return count;
}
