import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./dependencies.ts";
import { problem, problemResponse } from "./problem.ts";

/** Answers 405 with Allow (RFC 9110 section 15.5.6) wherever a path exists and the method does not. */
export function allowMethods(app: OpenAPIHono<Env>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (path.includes("*") || method === "ALL") continue;
    const methods = methodsByPath.get(path) ?? new Set();
    methodsByPath.set(path, methods.add(method));
    if (method === "GET") methods.add("HEAD");
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods].sort().join(", ");
    app.all(path, () =>
      problemResponse(problem("method-not-allowed", `Allowed: ${allow}.`), { Allow: allow }),
    );
  }
}
