import { createRoute } from "@hono/zod-openapi";
import { MAX_ALERT_CHANNELS } from "@purrimeter/store/alert-channel";
import type { AlertChannelId } from "@purrimeter/store/alert-rule";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { alertSchema } from "./alert-schema.ts";
import {
  channelDraftSchema,
  channelListSchema,
  channelSchema,
  keyedChannelSchema,
  proofSchema,
  pushKeyAnswerSchema,
} from "./channel-schema.ts";
import { bodyOf, idParamsSchema, json } from "./route-parts.ts";

/** A URL of 2,048 characters, keys and a name. */
const MAX_BODY_BYTES = 4_096;

const common = { tags: ["alerts"], security: BEARER_SECURITY };
const params = idParamsSchema<AlertChannelId>();

export const listRoute = createRoute({
  method: "get",
  path: "/alert-channels",
  operationId: "listAlertChannels",
  summary: "Where alerts go",
  description:
    "The account's own address comes first: it is a channel without having been made. Secrets and keys are not shown.",
  ...common,
  responses: { 200: json("All channels.", channelListSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const makeChannelRoute = createRoute({
  method: "post",
  path: "/alert-channels",
  operationId: "makeAlertChannel",
  summary: "Add a channel",
  description:
    "A code is sent to the endpoint, and nothing else until it has come back with POST /v1/alert-channels/{id}/prove, within a day. A " +
    `webhook's secret and public key are in this answer alone. At most ${MAX_ALERT_CHANNELS} an account.`,
  ...common,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: bodyOf(channelDraftSchema) },
  responses: {
    201: json("The channel.", keyedChannelSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "mail-not-verified", "conflict"),
  },
});

export const pushKeyRoute = createRoute({
  method: "get",
  path: "/alert-push-key",
  operationId: "readPushKey",
  summary: "The key that browsers subscribe with",
  ...common,
  responses: { 200: json("The key.", pushKeyAnswerSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const readChannelRoute = createRoute({
  method: "get",
  path: "/alert-channels/{id}",
  operationId: "readAlertChannel",
  summary: "A channel, and how the last attempt at it went",
  description: "Also of `mail`.",
  ...common,
  request: { params },
  responses: { 200: json("The channel.", channelSchema), ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

export const deleteRoute = createRoute({
  method: "delete",
  path: "/alert-channels/{id}",
  operationId: "deleteAlertChannel",
  summary: "Remove a channel",
  description: "At once: what waits to be sent there is dropped.",
  ...common,
  request: { params },
  responses: {
    204: { description: "It is gone." },
    ...problemAnswers(...OWNER_PROBLEMS, "mail-not-verified", "not-found"),
  },
});

export const proveRoute = createRoute({
  method: "post",
  path: "/alert-channels/{id}/prove",
  operationId: "proveAlertChannel",
  summary: "Give back the code that came to a channel",
  description:
    "After five wrong codes another one has to be sent. Whether the code arrived is in `lastAttemptAt`, `lastError` and `tls` of the " +
    "channel. One that is proved is not proved again: already-proved.",
  ...common,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params, body: bodyOf(proofSchema) },
  responses: {
    200: json("The channel is in use.", channelSchema),
    ...problemAnswers(
      ...OWNER_PROBLEMS,
      ...BODY_PROBLEMS,
      "mail-not-verified",
      "not-found",
      "already-proved",
    ),
  },
});

export const proofRoute = createRoute({
  method: "post",
  path: "/alert-channels/{id}/proof",
  operationId: "sendChannelProof",
  summary: "Send another code",
  description: "The former one is void.",
  ...common,
  request: { params },
  responses: {
    202: { description: "It is being sent." },
    ...problemAnswers(...OWNER_PROBLEMS, "mail-not-verified", "not-found", "already-proved"),
  },
});

export const resumeRoute = createRoute({
  method: "post",
  path: "/alert-channels/{id}/resume",
  operationId: "resumeAlertChannel",
  summary: "Try a paused channel again",
  ...common,
  request: { params },
  responses: { 200: json("The channel.", channelSchema), ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

export const rotateRoute = createRoute({
  method: "post",
  path: "/alert-channels/{id}/rotate",
  operationId: "rotateWebhook",
  summary: "Give a webhook another secret and key",
  description:
    "They are in this answer alone. The former ones sign too for a day, so that no message is refused meanwhile.",
  ...common,
  request: { params },
  responses: {
    200: json("The channel.", keyedChannelSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "mail-not-verified", "not-found"),
  },
});

export const testRoute = createRoute({
  method: "post",
  path: "/alert-channels/{id}/test",
  operationId: "testAlertChannel",
  summary: "Send a test alert to a channel",
  description: "Also to `mail`. The alert of the answer says how it went, a moment later.",
  ...common,
  request: { params },
  responses: {
    202: json("It is being sent.", alertSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "mail-not-verified", "not-found", "conflict"),
  },
});
