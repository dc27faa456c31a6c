import { createRoute } from "@hono/zod-openapi";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { answer, body, middleware, SESSION_BODY_PROBLEMS } from "./account-answers.ts";
import {
  madePersonalTokenSchema,
  newPersonalTokenSchema,
  personalTokensSchema,
  sessionParamsSchema,
} from "./account-schemas.ts";

export const listPersonalTokensRoute = createRoute({
  method: "get",
  path: "/personal-tokens",
  operationId: "listPersonalTokens",
  summary: "Your personal access tokens, newest first",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: answer("Tokens.", personalTokensSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const makePersonalTokenRoute = createRoute({
  method: "post",
  path: "/personal-tokens",
  operationId: "makePersonalToken",
  summary: "Make a personal access token",
  description: "For what cannot log in. It is bound to its scopes and never reaches the account itself.",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(newPersonalTokenSchema),
  responses: {
    201: answer("The token.", madePersonalTokenSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "conflict"),
  },
});

export const endPersonalTokenRoute = createRoute({
  method: "delete",
  path: "/personal-tokens/{id}",
  operationId: "endPersonalToken",
  summary: "End a personal access token",
  tags: ["auth"],
  security: BEARER_SECURITY,
  request: { params: sessionParamsSchema },
  responses: {
    204: { description: "It is over." },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});
