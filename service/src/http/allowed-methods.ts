interface PathPattern {
  readonly parts: readonly string[];
  readonly methods: Set<string>;
}

/** What is needed of a Hono app. */
interface Routed {
  readonly routes: readonly { readonly path: string; readonly method: string }[];
}

function fits(pattern: PathPattern, parts: readonly string[]): boolean {
  if (pattern.parts.length !== parts.length) return false;
  return pattern.parts.every((part, i) => (part.startsWith(":") ? parts[i] !== "" : part === parts[i]));
}

function patternsOf({ routes }: Routed): readonly PathPattern[] {
  const patterns = new Map<string, PathPattern>();
  for (const { path, method } of routes) {
    if (path.includes("*") || method === "ALL") continue;
    const pattern = patterns.get(path) ?? { parts: path.split("/"), methods: new Set<string>() };
    patterns.set(path, pattern);
    pattern.methods.add(method);
    if (method === "GET") pattern.methods.add("HEAD");
  }
  return [...patterns.values()];
}

/**
 * Which methods a path has: what Allow says (RFC 9110 section 15.5.6), or undefined for a path that does not exist. Asked only
 * when no route answered; routes for all methods (as Hono's method-not-allowed adds) would keep Hono off its fastest router.
 */
export function allowedMethods(app: Routed): (path: string) => string | undefined {
  const patterns = patternsOf(app);
  return (path) => {
    const parts = path.split("/");
    const methods = patterns.filter((pattern) => fits(pattern, parts)).flatMap((p) => [...p.methods]);
    return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(", ");
  };
}
