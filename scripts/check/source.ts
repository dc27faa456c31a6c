import ts from "typescript";

interface Import {
  /** As written: `./x.ts`, `@purrimeter/store/open-store`, `node:fs`. */
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

/** What the checks ask of one source file. */
export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** What the file defines at its top level, and `Class.member` for what a class or an interface has in public. */
  readonly definitions: ReadonlySet<string>;
}

/** Static and dynamic imports, re-exports, types by `import("…")`, and modules named by `import.meta.resolve("…")`. */
function specifierOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression;
  const isImport = callee.kind === ts.SyntaxKind.ImportKeyword;
  return isImport || callee.getText() === "import.meta.resolve" ? node.arguments[0] : undefined;
}

function importsOf(file: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const { line } = file.getLineAndCharacterOfPosition(specifier.getStart());
      imports.push({ specifier: specifier.text, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return imports;
}

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return !modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
}

function membersOf(owner: ts.ClassDeclaration | ts.InterfaceDeclaration): string[] {
  const name = owner.name?.text ?? "default";
  const members: readonly (ts.ClassElement | ts.TypeElement)[] = owner.members;
  const names = members.flatMap((member) =>
    member.name !== undefined && ts.isIdentifier(member.name) && isPublic(member) ? [member.name.text] : [],
  );
  return [name, ...names.map((member) => `${name}.${member}`)];
}

function definitionsOf(statement: ts.Statement): string[] {
  if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) return membersOf(statement);
  if (ts.isFunctionDeclaration(statement)) return statement.name === undefined ? [] : [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name.text] : [],
  );
}

/** Parses a file of TypeScript or JavaScript; it is not type-checked. */
export function readSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return {
    path,
    imports: importsOf(file),
    definitions: new Set(file.statements.flatMap(definitionsOf)),
  };
}
