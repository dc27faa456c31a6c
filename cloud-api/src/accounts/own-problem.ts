import { z } from "zod";
import { ProblemError } from "@purrimeter/service/problem";
import type { AuthAnswer } from "../edge/auth-service.ts";
import { problem } from "../edge/problem.ts";
import { PROBLEM_TYPES } from "../edge/problem-types.ts";
import type { ProblemName } from "../edge/problem-types.ts";

/** Problems that the authentication service may answer an owner with; anything else is a fault between us. */
const PASSED_ON: ReadonlySet<string> = new Set<ProblemName>([
  "invalid-request",
  "malformed-json",
  "wrong-credentials",
  "second-factor-required",
  "unauthenticated",
  "forbidden",
  "not-found",
  "conflict",
  "body-too-large",
  "too-many-requests",
  "unavailable",
]);

const problemSchema = z.object({
  type: z.string().transform((type) => type.slice(type.lastIndexOf("/") + 1)),
  detail: z.string(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string(), limit: z.number().optional() }))
    .optional(),
  challenge: z.string().optional(),
  methods: z.array(z.string()).optional(),
});

function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEM_TYPES, name);
}

/**
 * A problem of the authentication service as one of ours; throws for an answer that it should not give us, or that the
 * route does not declare.
 */
export function ownProblem(
  answer: Extract<AuthAnswer, { kind: "answer" }>,
  isDeclared: (status: number) => boolean,
): ProblemError {
  const { type, detail, errors, ...members } = problemSchema.parse(answer.body);
  if (!PASSED_ON.has(type) || !isProblemName(type) || !isDeclared(PROBLEM_TYPES[type].status))
    throw new Error(`the authentication service refused us: ${type}`);
  const headers: Record<string, string> = {};
  if (answer.retryAfter !== undefined) headers["Retry-After"] = answer.retryAfter;
  if (PROBLEM_TYPES[type].status === 401) headers["WWW-Authenticate"] = "Bearer";
  const told = problem(type, detail, errors);
  return new ProblemError(type === "second-factor-required" ? { ...told, ...members } : told, headers);
}
