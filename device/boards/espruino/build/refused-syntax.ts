import { parseSync } from "@babel/core";
import { VISITOR_KEYS, type Node } from "@babel/types";

/**
 * Syntax that Espruino 2v29 was seen to run (docs/boards.md). Everything else is refused, including what was never tried.
 */
const RUNS: ReadonlySet<string> = new Set([
  ...["File", "Program", "Directive", "DirectiveLiteral", "BlockStatement", "EmptyStatement"],
  ...["ExpressionStatement", "VariableDeclaration", "VariableDeclarator", "FunctionDeclaration"],
  ...["ReturnStatement", "IfStatement", "ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement"],
  ...["DoWhileStatement", "BreakStatement", "ContinueStatement", "SwitchStatement", "SwitchCase"],
  ...["ThrowStatement", "TryStatement", "CatchClause", "ClassDeclaration", "ClassExpression", "ClassBody"],
  ...["ClassMethod", "ThisExpression", "Super", "FunctionExpression", "ArrowFunctionExpression"],
  ...["Identifier", "NumericLiteral", "StringLiteral", "BooleanLiteral", "NullLiteral", "TemplateLiteral"],
  ...[
    "TemplateElement",
    "ArrayExpression",
    "ObjectExpression",
    "ObjectProperty",
    "ObjectMethod",
    "UnaryExpression",
  ],
  ...["UpdateExpression", "BinaryExpression", "LogicalExpression", "AssignmentExpression"],
  ...["ConditionalExpression", "CallExpression", "NewExpression", "MemberExpression", "SequenceExpression"],
]);

/** Names that Espruino does not have, or has with another meaning. */
const MISSING: ReadonlySet<string> = new Set([
  ...["Map", "Set", "WeakMap", "WeakSet", "Symbol", "BigInt", "Reflect", "Proxy", "RangeError", "globalThis"],
]);

const MISSING_MEMBERS: ReadonlySet<string> = new Set([
  ...["Math.imul", "Math.trunc", "Math.hypot", "Math.clz32", "Math.fround", "Math.log2", "Math.cbrt"],
  ...["Number.isInteger", "Array.from", "Object.freeze", "Object.fromEntries"],
]);

/** One line for every place of the script that Espruino cannot run correctly. */
export function refusedSyntax(script: string): string[] {
  const found: string[] = [];
  const file = parseSync(script, { babelrc: false, configFile: false, sourceType: "script" });
  walk(file, (node, parent) => {
    const fault = faultOf(node, parent);
    if (fault !== undefined) found.push(`${node.loc?.start.line}:${node.loc?.start.column}: ${fault}`);
  });
  return found;
}

function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const key of VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | readonly (Node | null)[] | null | undefined>)[
      key
    ];
    for (const one of Array.isArray(child) ? (child as readonly (Node | null)[]) : [child as Node | null]) {
      if (one !== null && one !== undefined) walk(one, visit, node);
    }
  }
}

function faultOf(node: Node, parent: Node | undefined): string | undefined {
  if (!RUNS.has(node.type)) return node.type;
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- RUNS has refused all others
  switch (node.type) {
    case "BinaryExpression":
      return node.operator === "**" ? "operator **" : undefined;
    case "AssignmentExpression":
      return isCompound(node.operator) ? `operator ${node.operator}` : patternOf(node.left);
    case "BreakStatement":
    case "ContinueStatement":
      return node.label === null ? undefined : "label";
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ClassMethod":
    case "ObjectMethod":
      return node.async === true || node.generator === true ? "async or generator" : undefined;
    case "ObjectProperty":
      return node.computed ? "computed property" : undefined;
    case "Identifier":
      return MISSING.has(node.name) && isReference(node, parent) ? node.name : undefined;
    case "MemberExpression":
      return missingMember(node.object, node.property, node.computed);
    case "ArrayExpression":
      return node.elements.includes(null) ? "hole in an array" : undefined;
    default:
      return undefined;
  }
}

function isCompound(operator: string): boolean {
  return ["**=", "??=", "||=", "&&="].includes(operator);
}

function patternOf(left: Node): string | undefined {
  return left.type === "Identifier" || left.type === "MemberExpression" ? undefined : left.type;
}

function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  return parent?.type !== "ObjectProperty" || parent.value === node;
}

function missingMember(object: Node, property: Node, isComputed: boolean): string | undefined {
  if (isComputed || object.type !== "Identifier" || property.type !== "Identifier") return undefined;
  const name = `${object.name}.${property.name}`;
  return MISSING_MEMBERS.has(name) ? name : undefined;
}
