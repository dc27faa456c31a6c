import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "../dependencies.ts";

interface PathPattern {
  readonly parts: readonly string[];
  readonly methods: Set<string>;
}

function fits(pattern: PathPattern, parts: readonly string[]): boolean {
  if (pattern.parts.length !== parts.length) return false;
  return pattern.parts.every((part, i) => (part.startsWith(":") ? parts[i] !== "" : part === parts[i]));
}

/**
 * Which methods a path has: what Allow says (RFC 9110 section 15.5.6), or undefined for a path that does not exist. Asked only
 * when no route answered; routes for all methods would keep Hono off its fastest router.
 */
export function allowedMethods(app: OpenAPIHono<Env>): (path: string) => string | undefined {
  const patterns = new Map<string, PathPattern>();
  for (const { path, method } of app.routes) {
    if (path.includes("*")) continue;
    const pattern = patterns.get(path) ?? { parts: path.split("/"), methods: new Set<string>() };
    patterns.set(path, pattern);
    pattern.methods.add(method);
    if (method === "GET") pattern.methods.add("HEAD");
  }
  return (path) => {
    const parts = path.split("/");
    const methods = [...patterns.values()]
      .filter((pattern) => fits(pattern, parts))
      .flatMap((p) => [...p.methods]);
    return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(", ");
  };
}
