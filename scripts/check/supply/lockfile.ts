import { z } from "zod";

const packageSchema = z.object({
  version: z.string().optional(),
  name: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().default(false),
  dev: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
});

const lockfileSchema = z.object({ packages: z.record(z.string(), packageSchema) });

/** One package as package-lock.json has it. */
export interface LockedPackage {
  /** The path below the root: `node_modules/a/node_modules/b`. */
  readonly path: string;
  /** The name in the registry, also of an alias. */
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it; undefined when the package does not say. */
  readonly license: string | undefined;
  /** Whether only tests and checks need it. */
  readonly isDev: boolean;
  readonly hasInstallScript: boolean;
}

/**
 * The packages that are installed from elsewhere; workspaces are ours.
 * @throws ZodError or SyntaxError for a text that is no lockfile
 */
export function readLockfile(text: string): LockedPackage[] {
  const { packages } = lockfileSchema.parse(JSON.parse(text));
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && !link)
    .map(([path, { name, version = "0", license, dev, hasInstallScript }]) => ({
      path,
      name: name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      license,
      isDev: dev,
      hasInstallScript,
    }));
}
