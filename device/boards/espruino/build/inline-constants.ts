import type { NodePath, Plugin } from "@babel/core";
import type { Expression, Identifier, Node, Program, VariableDeclarator } from "@babel/types";
import { childrenOf, noteParents, replaceNode, walk, type Parents } from "./syntax-tree.ts";

/**
 * Writes the number itself in place of every variable that is a number and never changes. A definition takes more bytes
 * than most numbers, and Espruino looks up every name; long numbers that are written often get a name again from
 * hoistConstants. Needs the names of uniqueNames.
 */
export function inlineConstants(): Plugin {
  return {
    name: "inline-constants",
    visitor: {
      Program: ({ node }: NodePath<Program>) => {
        const parents: Parents = new Map();
        noteParents(node, parents);
        const constants = constantsOf(node);
        for (const place of placesOf(node)) {
          const value = constants.get(place.name);
          const parent = parents.get(place);
          if (value === undefined || parent?.type === "VariableDeclarator") continue;
          if (parent?.type === "ObjectProperty") parent.shorthand = false;
          replaceNode(place, { ...value }, parents);
        }
        removeDefinitions(node, constants, parents);
      },
    },
  };
}

function isNumber(node: Node | null | undefined): node is Expression {
  if (node?.type === "UnaryExpression") return node.operator === "-" && isNumber(node.argument);
  return node?.type === "NumericLiteral";
}

function constantsOf(program: Node): Map<string, Expression> {
  const constants = new Map<string, Expression>();
  const others = new Set<string>();
  walk(program, (node) => {
    for (const name of givenNames(node)) {
      if (constants.has(name)) others.add(name);
      if (isConstant(node)) constants.set(name, node.init);
      else others.add(name);
    }
  });
  for (const name of others) constants.delete(name);
  return constants;
}

/** The variables that the node itself gives a value. */
function givenNames(node: Node): string[] {
  if (node.type === "VariableDeclarator") return namesBelow(node.id);
  if (node.type === "UpdateExpression") return namesBelow(node.argument);
  const isSetting = node.type === "AssignmentExpression" || /^For(?:In|Of)Statement$/.test(node.type);
  return isSetting ? namesBelow((node as unknown as { left: Node }).left) : [];
}

/** Not those of `a[b] = c`, where a part of what the variable holds is set. */
function namesBelow(node: Node): string[] {
  if (node.type === "MemberExpression") return [];
  return placesOf(node).map(({ name }) => name);
}

function isConstant(node: Node): node is VariableDeclarator & { id: Identifier; init: Expression } {
  return node.type === "VariableDeclarator" && node.id.type === "Identifier" && isNumber(node.init);
}

/** All names of variables that are written, but not those of properties. */
function placesOf(node: Node): Identifier[] {
  if (node.type === "Identifier") return [node];
  const name = "computed" in node && !node.computed ? nameWithin(node) : undefined;
  return childrenOf(node).flatMap((child) => (child === name ? [] : placesOf(child)));
}

function nameWithin(node: Node): Node | undefined {
  if (node.type === "MemberExpression") return node.property;
  return "key" in node ? node.key : undefined;
}

function removeDefinitions(
  program: Node,
  constants: ReadonlyMap<string, Expression>,
  parents: Parents,
): void {
  walk(program, (node) => {
    if (node.type !== "VariableDeclaration") return;
    const isInHead = /^For(?:In|Of)?Statement$/.test(parents.get(node)?.type ?? "");
    const rest = node.declarations.filter((one) => !isConstant(one) || !constants.has(one.id.name));
    if (rest.length > 0 || isInHead) node.declarations = rest.length > 0 ? rest : node.declarations;
    else replaceNode(node, { type: "EmptyStatement" }, parents);
  });
}
