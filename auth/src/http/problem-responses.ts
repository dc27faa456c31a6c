import { problemSchema } from "./credentials-schema.ts";

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: "The request is not valid.",
  401: "Not accepted.",
  403: "Not allowed.",
  404: "There is no such thing, or it is not yours.",
  409: "Not possible as things stand.",
  413: "The body is too large.",
  415: "The body is not application/json.",
  429: "Too many attempts; see Retry-After.",
  503: "Busy; see Retry-After.",
};

const content = { "application/problem+json": { schema: problemSchema } };

/** Problem responses of a route definition. */
export function problemResponses(
  ...statuses: readonly number[]
): Record<number, { description: string; content: typeof content }> {
  return Object.fromEntries(
    statuses.map((status) => [status, { description: DESCRIPTIONS[status] ?? "A problem.", content }]),
  );
}
