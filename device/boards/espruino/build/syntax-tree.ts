import { VISITOR_KEYS, type CallExpression, type Node, type Statement } from "@babel/types";

/** A function that is defined and never reassigned: a declaration, a method or an expression. */
export type FunctionNode = Extract<Node, { params: unknown; body: unknown }>;

/** The parent of every node; who moves a node writes its new one. */
export type Parents = Map<Node, Node>;

/** The nodes directly below. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    for (const one of Array.isArray(child) ? child : [child]) if (one) children.push(one);
  }
  return children;
}

/** Calls `visit` for the node and everything below; not below a node for which it returns false. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** Whether the node or something below it passes the test. */
export function someBelow(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someBelow(child, test));
}

/** Notes the parents of everything below the node. */
export function noteParents(node: Node, parents: Parents): void {
  for (const child of childrenOf(node)) {
    parents.set(child, node);
    noteParents(child, parents);
  }
}

/** Puts another node into the place of one. */
export function replaceNode(old: Node, by: Node, parents: Parents): void {
  const parent = parents.get(old) as unknown as Record<string, unknown>;
  for (const [key, value] of Object.entries(parent)) {
    if (value === old) parent[key] = by;
    else if (Array.isArray(value) && value.includes(old)) value[value.indexOf(old)] = by;
  }
  parents.set(by, parent as unknown as Node);
  noteParents(by, parents);
}

/** The list of statements that the statement is in, if it is in one. */
export function listOf(statement: Node, parents: Parents): Statement[] | undefined {
  const parent = parents.get(statement);
  if (parent?.type === "BlockStatement") return parent.body;
  return parent?.type === "SwitchCase" ? parent.consequent : undefined;
}

export function isFunction(node: Node): node is FunctionNode {
  return /^(?:Function|ArrowFunction|ClassMethod|ObjectMethod)/.test(node.type);
}

export function isLoop(node: Node): boolean {
  return /^(?:For|While|DoWhile)/.test(node.type);
}

/** What is called, when it is a function by its name or a method of `this`. */
export function calledName(call: CallExpression): string | undefined {
  const { callee } = call;
  if (callee.type === "Identifier") return callee.name;
  const isOwn =
    callee.type === "MemberExpression" && !callee.computed && callee.object.type === "ThisExpression";
  return isOwn && callee.property.type === "Identifier" ? `.${callee.property.name}` : undefined;
}
