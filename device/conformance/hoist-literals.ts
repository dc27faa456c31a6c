import { transformSync, type NodePath, type Plugin } from "@babel/core";
import type { StringLiteral } from "@babel/types";

interface Owner {
  readonly type: string;
  readonly key?: unknown;
  readonly computed?: boolean;
}

/**
 * Makes every text in the code a variable of the script. When XS compiles code itself, it copies a text each time
 * it is evaluated (xsRun.c, XS_CODE_STRING); with precompiled code, as on a board, it does not.
 */
export function hoistLiterals(script: string): string {
  const names: string[] = [];
  const nameOf = (text: string): string => {
    if (!names.includes(text)) names.push(text);
    return `text$${names.indexOf(text)}`;
  };
  const plugin: Plugin = {
    name: "hoist-literals",
    visitor: {
      StringLiteral(path: NodePath<StringLiteral>): void {
        const { parent } = path as unknown as { readonly parent: Owner };
        if (parent.key === path.node && parent.computed !== true) return;
        const identifier = { type: "Identifier", name: nameOf(path.node.value) };
        (path as unknown as { replaceWith(node: object): void }).replaceWith(identifier);
      },
    },
  };
  const options = { babelrc: false, configFile: false, sourceType: "script" } as const;
  const { code } = transformSync(script, { ...options, plugins: [plugin] })!;
  return names.map((text, i) => `var text$${i} = ${JSON.stringify(text)};\n`).join("") + code;
}
