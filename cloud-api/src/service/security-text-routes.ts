import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { rfc3339 } from "../lists/rfc3339.ts";

/** RFC 9116 recommends less than a year. */
const VALID_S = 30 * 86_400;

const securityTextRoute = createRoute({
  method: "get",
  path: "/.well-known/security.txt",
  operationId: "readSecurityText",
  summary: "Where to report a vulnerability (RFC 9116)",
  tags: ["service"],
  responses: {
    200: {
      description: "The operator's contact. 404 while none is configured.",
      content: { "text/plain; charset=utf-8": { schema: z.string() } },
    },
    ...problemAnswers("misdirected-request", "too-many-requests", "internal-error", "not-found"),
  },
});

function securityText(contact: string | undefined, now: UnixSeconds): string | undefined {
  if (contact === undefined) return undefined;
  const expires = rfc3339((now + VALID_S) as UnixSeconds);
  return `Contact: ${contact}\nExpires: ${expires}\nPreferred-Languages: en\n`;
}

/** /.well-known/security.txt, at the root of the host. */
export function securityTextRoutes({ securityContact, now }: Pick<Dependencies, "securityContact" | "now">) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid }).openapi(securityTextRoute, (c) => {
    const text = orNotFound(securityText(securityContact, now()) ?? "not-found");
    return c.text(text, 200, { "Content-Type": "text/plain; charset=utf-8" });
  });
}
