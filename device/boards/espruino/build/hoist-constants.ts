import type { NodePath, Plugin } from "@babel/core";
import type { Expression, Node, Program, Statement } from "@babel/types";
import { childrenOf, replaceNode, walk, type Parents, noteParents } from "./syntax-tree.ts";

/** A name in place of the text, and its definition. */
const NAME_LENGTH = 2;
const DEFINITION_LENGTH = 4;

/**
 * Gives a short name to every function of Math and every long number that is written often, in variables before all others:
 * there Espruino finds them at once, and not after all names of the program.
 */
export function hoistConstants(): Plugin {
  return {
    name: "hoist-constants",
    visitor: {
      Program: ({ node }: NodePath<Program>) => {
        const found = new Map<string, Expression[]>();
        const parents: Parents = new Map();
        noteParents(node, parents);
        collect(node, found);
        const declarations = [...found].flatMap(([text, places]) => hoist(text, places, parents));
        if (declarations.length > 0) outermost(node).unshift(...declarations);
      },
    },
  };
}

function collect(node: Node, found: Map<string, Expression[]>): void {
  const text = textOf(node);
  if (text !== undefined) found.set(text, [...(found.get(text) ?? []), node as Expression]);
  else for (const child of childrenOf(node)) if (!isKeyOf(child, node)) collect(child, found);
}

function isKeyOf(child: Node, node: Node): boolean {
  return "key" in node && node.key === child;
}

function textOf(node: Node): string | undefined {
  if (node.type === "NumericLiteral") return String(node.value);
  if (node.type !== "MemberExpression" || node.computed || node.object.type !== "Identifier")
    return undefined;
  const { object, property } = node;
  return object.name === "Math" && property.type === "Identifier" ? `Math.${property.name}` : undefined;
}

function hoist(text: string, places: readonly Expression[], parents: Parents): Statement[] {
  const saved = (text.length - NAME_LENGTH) * places.length - text.length - NAME_LENGTH - DEFINITION_LENGTH;
  if (saved <= 0) return [];
  const name = `hoisted_${text.replace(/\W/g, "_")}`;
  const [init] = places;
  const copy = { ...init } as Expression;
  for (const place of places) replaceNode(place, { type: "Identifier", name }, parents);
  const id = { type: "Identifier", name };
  return [
    {
      type: "VariableDeclaration",
      kind: "var",
      declarations: [{ type: "VariableDeclarator", id, init: copy }],
    } as Statement,
  ];
}

/** The statements of the program's outermost function. */
function outermost(program: Program): Statement[] {
  let list = program.body;
  walk(program, (node) => {
    if (node.type !== "BlockStatement" || list !== program.body) return;
    list = node.body;
  });
  return list;
}
