interface PackageRules {
  /** One line for ARCHITECTURE.md. */
  readonly what: string;
  /** The packages that its product files may import. */
  readonly imports: readonly string[];
  /** Packages that its tests may import beside these and every package's testing modules. */
  readonly testImports?: readonly string[];
  /** Exported modules that no other package imports -> why they are exported all the same. */
  readonly entries?: Readonly<Record<string, string>>;
}

/** Package folder -> its rules, each after what it imports. */
export type House = Readonly<Record<string, PackageRules>>;

/** The layers of one package; paths are from the package's folder. */
export interface FolderRules {
  /**
   * Layer -> the other layers that it may import. A layer is a folder, or a file of one, or files by a pattern
   * (`*` is any part of a name).
   * Files that lie in none of them may import all; nothing may import those.
   */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Imports against `folders` that are to be mended, each `from.ts -> to.ts`. Nothing is added here. */
  readonly left?: readonly string[];
}
