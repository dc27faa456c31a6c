import { isPassedOn } from "@purrimeter/auth-api/problem-answers";
import { z } from "zod";
import { PROBLEM_MEDIA_TYPE } from "@purrimeter/service/problem";
import type { AuthAnswer } from "./auth-service.ts";
import { refuse } from "./problem.ts";

/** What is needed of a route's definition to check the answers to it. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly responses: Readonly<Record<number, object>>;
}

/** An answer of the authentication service. */
export type Answered = Extract<AuthAnswer, { kind: "answer" }>;

const JSON_MEDIA_TYPE = "application/json";

const problemTypeSchema = z.object({ type: z.templateLiteral(["/v1/problems/", z.string()]) });

/** The last part of a problem's type; "" for what is not a problem. */
function problemNameOf(body: unknown): string {
  return problemTypeSchema.safeParse(body).data?.type.replace("/v1/problems/", "") ?? "";
}

/** Whether the answer has the body that the route declares for its status. */
function isDeclared({ responses }: DeclaredRoute, { status, mediaType, body }: Answered): boolean {
  const declared = responses[status];
  if (declared === undefined) return false;
  if (status >= 400) return mediaType === PROBLEM_MEDIA_TYPE && isPassedOn(declared, problemNameOf(body));
  return "content" in declared ? mediaType === JSON_MEDIA_TYPE : body === undefined;
}

/**
 * The answer, when the route declares it; its body is not read further than that. Throws a problem when the service does not
 * answer, and an error for what no client may see: an undeclared status or problem, or an internal one.
 */
export function declaredAnswer(route: DeclaredRoute, answer: AuthAnswer): Answered {
  if (answer.kind === "unavailable")
    throw refuse("unavailable", "The authentication service does not answer.", undefined, {
      "Retry-After": "1",
    });
  if (isDeclared(route, answer)) return answer;
  const what = [answer.status, answer.mediaType, problemNameOf(answer.body)].join(" ");
  throw new Error(`the authentication service answered ${what} to ${route.method} ${route.path}`);
}
