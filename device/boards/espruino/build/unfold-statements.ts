import type { Expression, Node, Statement } from "@babel/types";
import { childrenOf } from "./syntax-tree.ts";

const block = (body: Statement[]): Statement =>
  ({ type: "BlockStatement", body, directives: [] }) as unknown as Statement;
const run = (expression: Expression): Statement => ({ type: "ExpressionStatement", expression });
const branch = (test: Expression, consequent: Statement, alternate?: Statement): Statement =>
  ({ type: "IfStatement", test, consequent, alternate }) as Statement;
const not = (argument: Expression): Expression => ({
  type: "UnaryExpression",
  operator: "!",
  prefix: true,
  argument,
});

/** Turns expressions that a minifier made of statements back into statements, so that other statements fit between them. */
export function unfoldStatements(node: Node): void {
  if (node.type === "IfStatement") {
    node.consequent = blockOf(node.consequent);
    if (node.alternate) node.alternate = blockOf(node.alternate);
  } else if (/^(?:For|While|DoWhile)/.test(node.type)) {
    const loop = node as { body: Statement };
    loop.body = blockOf(loop.body);
  } else if (node.type === "BlockStatement") {
    node.body = node.body.flatMap(unfold);
  } else if (node.type === "SwitchCase") {
    node.consequent = node.consequent.flatMap(unfold);
  }
  for (const child of childrenOf(node)) unfoldStatements(child);
}

function blockOf(statement: Statement): Statement {
  return statement.type === "BlockStatement" ? statement : block([statement]);
}

function unfold(statement: Statement): Statement[] {
  if (statement.type === "VariableDeclaration")
    return statement.declarations.map((one) => ({ ...statement, declarations: [one] }));
  if (statement.type === "ExpressionStatement") return unfoldRun(statement.expression);
  if (statement.type === "ReturnStatement" && statement.argument) return unfoldReturn(statement.argument);
  if (statement.type !== "IfStatement" || statement.test.type !== "SequenceExpression") return [statement];
  const { expressions } = statement.test;
  const test = expressions.at(-1) as Expression;
  return [...expressions.slice(0, -1).flatMap(unfoldRun), { ...statement, test }];
}

function unfoldRun(expression: Expression): Statement[] {
  if (expression.type === "SequenceExpression") return expression.expressions.flatMap(unfoldRun);
  if (expression.type === "ConditionalExpression")
    return [
      branch(
        expression.test,
        block(unfoldRun(expression.consequent)),
        block(unfoldRun(expression.alternate)),
      ),
    ];
  if (expression.type !== "LogicalExpression" || expression.operator === "??") return [run(expression)];
  const test = expression.operator === "&&" ? expression.left : not(expression.left);
  return [branch(test, block(unfoldRun(expression.right)))];
}

function unfoldReturn(argument: Expression): Statement[] {
  if (argument.type === "SequenceExpression") {
    const last = argument.expressions.at(-1) as Expression;
    return [...argument.expressions.slice(0, -1).flatMap(unfoldRun), ...unfoldReturn(last)];
  }
  if (argument.type !== "ConditionalExpression") return [{ type: "ReturnStatement", argument }];
  const { test, consequent, alternate } = argument;
  return [branch(test, block(unfoldReturn(consequent))), ...unfoldReturn(alternate)];
}
