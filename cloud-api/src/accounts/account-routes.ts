import { createRoute } from "@hono/zod-openapi";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { answer, body, middleware, SESSION_BODY_PROBLEMS } from "./account-answers.ts";
import {
  accountSchema,
  auditQuerySchema,
  auditSchema,
  passwordChangeSchema,
  sessionParamsSchema,
  sessionsSchema,
} from "./account-schemas.ts";

export const accountRoute = createRoute({
  method: "get",
  path: "/account",
  operationId: "readAccount",
  summary: "Your account",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: answer("The account.", accountSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const changePasswordRoute = createRoute({
  method: "post",
  path: "/password",
  operationId: "changePassword",
  summary: "Change your password; your other sessions end",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(passwordChangeSchema),
  responses: { 204: { description: "It is changed." }, ...problemAnswers(...SESSION_BODY_PROBLEMS) },
});

export const listSessionsRoute = createRoute({
  method: "get",
  path: "/sessions",
  operationId: "listSessions",
  summary: "Your sessions, newest first",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: answer("Sessions.", sessionsSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const endSessionRoute = createRoute({
  method: "delete",
  path: "/sessions/{id}",
  operationId: "endSession",
  summary: "End one of your sessions",
  tags: ["auth"],
  security: BEARER_SECURITY,
  request: { params: sessionParamsSchema },
  responses: {
    204: { description: "It is over." },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});

export const endOtherSessionsRoute = createRoute({
  method: "delete",
  path: "/sessions",
  operationId: "endOtherSessions",
  summary: "End all your other sessions",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 204: { description: "They are over." }, ...problemAnswers(...OWNER_PROBLEMS) },
});

export const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "readAudit",
  summary: "What happened to accounts, oldest first",
  description: "For auditors: the trail as it is stored, so that they can check the chain themselves.",
  tags: ["auth"],
  security: BEARER_SECURITY,
  request: { query: auditQuerySchema },
  responses: {
    200: answer("Events.", auditSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request"),
  },
});
