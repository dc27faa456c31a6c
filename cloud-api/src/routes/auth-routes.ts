import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { BODY_PROBLEMS, problemAnswers } from "../answers.ts";
import type { AuthAnswer } from "../auth-service.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { onInvalid } from "../on-invalid.ts";
import { ownProblem } from "../own-problem.ts";
import { problem, ProblemError } from "../problem.ts";
import { readJsonBody } from "../read-json-body.ts";

/** An address, a password or a token. */
const MAX_BODY_BYTES = 8_192;

const PROBLEMS = [
  ...BODY_PROBLEMS,
  "misdirected-request",
  "too-many-requests",
  "internal-error",
  "unavailable",
] as const;

const credentialsSchema = z
  .strictObject({
    email: z.string().openapi({ format: "email", example: "owner@example.org" }),
    password: z.string().openapi({ format: "password" }),
  })
  .openapi("Credentials");

const refreshSchema = z.strictObject({ refreshToken: z.string() }).openapi("RefreshToken");

const tokensSchema = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string().openapi({ description: "Good once: the answer to a refresh brings the next." }),
    expiresIn: z.number().int().openapi({ description: "Seconds that the access token lives." }),
  })
  .openapi("Tokens");

function body<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

const tokensAnswer = (description: string) => ({
  description,
  content: { "application/json": { schema: tokensSchema } },
});

const middleware = readJsonBody(MAX_BODY_BYTES);

const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  tags: ["auth"],
  middleware,
  request: body(credentialsSchema),
  responses: { 201: tokensAnswer("The account, logged in."), ...problemAnswers(...PROBLEMS, "conflict") },
});

const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  tags: ["auth"],
  middleware,
  request: body(credentialsSchema),
  responses: { 200: tokensAnswer("A new session."), ...problemAnswers(...PROBLEMS, "wrong-credentials") },
});

const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refresh",
  summary: "Get a new access token",
  description: "A refresh token that comes a second time has been stolen by someone: the session ends.",
  tags: ["auth"],
  middleware,
  request: body(refreshSchema),
  responses: {
    200: tokensAnswer("The session goes on."),
    ...problemAnswers(...PROBLEMS, "wrong-credentials"),
  },
});

const logoutRoute = createRoute({
  method: "post",
  path: "/logout",
  operationId: "logout",
  summary: "End the session",
  description: "Access tokens of the session are refused from now on.",
  tags: ["auth"],
  middleware,
  request: body(refreshSchema),
  responses: {
    204: { description: "The session has ended." },
    ...problemAnswers(...PROBLEMS, "wrong-credentials"),
  },
});

/** The service's answer, or its problem as one of ours. */
function succeeded(answer: AuthAnswer): unknown {
  if (answer.kind === "unavailable")
    throw new ProblemError(problem("unavailable", "The authentication service does not answer."), {
      "Retry-After": "1",
    });
  if (answer.status < 300) return answer.body;
  throw ownProblem(answer);
}

/** POST /v1/auth/register, login, refresh and logout: handed to the authentication service. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Hono infers it for its client.
export function authRoutes(deps: Dependencies) {
  const call = async (path: string, clientAddress: string, json: unknown): Promise<unknown> =>
    succeeded(await deps.auth.call({ method: "POST", path, clientAddress, body: json }));
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(registerRoute, async (c) =>
      c.json(tokensSchema.parse(await call("/register", c.get("clientAddress"), c.req.valid("json"))), 201),
    )
    .openapi(loginRoute, async (c) =>
      c.json(tokensSchema.parse(await call("/login", c.get("clientAddress"), c.req.valid("json"))), 200),
    )
    .openapi(refreshRoute, async (c) =>
      c.json(tokensSchema.parse(await call("/refresh", c.get("clientAddress"), c.req.valid("json"))), 200),
    )
    .openapi(logoutRoute, async (c) => {
      await call("/logout", c.get("clientAddress"), c.req.valid("json"));
      return c.body(null, 204);
    });
}
