// The part of @babel/core 7 that the build uses; the package brings no types of its own.
declare module "@babel/core" {
  import type { File, Node } from "@babel/types";

  export interface NodePath<T> {
    readonly node: T;
    readonly parent: Node;
    readonly scope: Scope;
    get(key: string): NodePath<Node>[];
  }
  export interface Scope {
    readonly block: Node;
    readonly bindings: Readonly<Record<string, unknown>>;
    rename(name: string, into: string): void;
  }
  export interface Plugin {
    readonly name: string;
    readonly visitor: Readonly<Record<string, (path: NodePath<never>) => void>>;
  }
  export interface TransformOptions {
    readonly babelrc: false;
    readonly configFile: false;
    readonly compact?: boolean;
    readonly comments?: boolean;
    readonly sourceType: "script";
    readonly assumptions?: Readonly<Record<string, boolean>>;
    readonly plugins?: readonly unknown[];
  }
  export function transformSync(code: string, options: TransformOptions): { readonly code: string } | null;
  export function parseSync(code: string, options: TransformOptions): File;
}
declare module "@babel/plugin-*" {
  const plugin: unknown;
  export default plugin;
}
