import { z } from "@hono/zod-openapi";
import { mailSchema } from "@purrimeter/auth-api/fields";
import { nullableTimeSchema } from "../lists/nullable-time.ts";
import { nameSchema, unreadableSchema } from "../tags/tag-schema.ts";
import { urlSchema } from "./endpoint-address.ts";
import { isSubscriptionKey, isSubscriptionSecret } from "./push-key-pair.ts";

const MAX_TOKEN_LENGTH = 256;
const MAX_CODE_LENGTH = 32;

const emailSchema = z
  .strictObject({ kind: z.literal("email"), address: mailSchema })
  .openapi("EmailEndpointDraft");

const webhookSchema = z
  .strictObject({
    kind: z.literal("webhook"),
    url: urlSchema,
    withPlace: z
      .boolean()
      .optional()
      .openapi({
        description:
          "Whether messages of alerts that have a place (`silent` and `heard-again`) say it. false when left out: they name the alert, " +
          "which is read here.",
      }),
  })
  .openapi("WebhookEndpointDraft");

const base64url = z.string().regex(/^[\w-]{1,128}=*$/u, "This must be base64url.");

const pushSchema = z
  .strictObject({
    kind: z.literal("push"),
    url: urlSchema.openapi({ description: "`endpoint` of the browser's PushSubscription." }),
    p256dh: base64url
      .refine(isSubscriptionKey, "This is not the public key of a subscription.")
      .openapi({ description: "`keys.p256dh` of it." }),
    auth: base64url
      .refine(isSubscriptionSecret, "This is not the secret of a subscription.")
      .openapi({ description: "`keys.auth` of it." }),
  })
  .openapi("PushEndpointDraft");

const ntfySchema = z
  .strictObject({
    kind: z.literal("ntfy"),
    url: urlSchema.openapi({ description: "Of the topic.", example: "https://ntfy.sh/mimi-3f9a0c" }),
    // A header carries it.
    token: z
      .string()
      .min(1)
      .max(MAX_TOKEN_LENGTH)
      .regex(/^[\x21-\x7e]+$/u, "A token has no blanks.")
      .optional()
      .openapi({ description: "Access token of the server. Not shown again." }),
  })
  .openapi("NtfyEndpointDraft");

export const channelDraftSchema = z
  .strictObject({
    name: nameSchema.openapi({ description: "Your word for it.", example: "Phone" }),
    endpoint: z
      .discriminatedUnion("kind", [emailSchema, webhookSchema, pushSchema, ntfySchema], {
        error: (issue) =>
          issue.code === "invalid_union"
            ? 'The kind must be "email", "webhook", "push" or "ntfy".'
            : undefined,
      })
      .openapi("EndpointDraft"),
  })
  .openapi("AlertChannelDraft");

export type EndpointDraft = z.infer<typeof channelDraftSchema>["endpoint"];

export const proofSchema = z
  .strictObject({
    code: z
      .string()
      .trim()
      .toUpperCase()
      .min(1)
      .max(MAX_CODE_LENGTH)
      .openapi({ description: "As it came to the endpoint.", example: "K7QM3XWD" }),
  })
  .openapi("ChannelProof");

const endpointSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("email"), address: z.string() }),
    z.strictObject({
      kind: z.literal("webhook"),
      url: z.string(),
      withPlace: z.boolean(),
      formerUntil: nullableTimeSchema("Until when messages are also signed with the former secret and key."),
    }),
    z.strictObject({ kind: z.literal("push"), host: z.string() }),
    z.strictObject({ kind: z.literal("ntfy"), url: z.string(), hasToken: z.boolean() }),
  ])
  .openapi("Endpoint", { description: "What is secret of it is left out." });

const channel = {
  id: z.string().openapi({ description: "`mail` is the account's own address." }),
  kind: z.enum(["email", "webhook", "push", "ntfy"]),
  name: z.string().nullable().openapi({ description: "null for `mail`, and when it is unreadable." }),
  state: z.enum(["unproved", "active", "paused", "gone"]).openapi({
    description:
      "`unproved`: a code was sent there and has not come back; nothing else is sent. `paused`: nothing could be delivered for five days; " +
      "it can be resumed. `gone`: the endpoint takes nothing any more.",
  }),
  endpoint: endpointSchema.nullable().openapi({ description: "null for `mail`, and when it is unreadable." }),
  unreadable: unreadableSchema,
  failingSince: nullableTimeSchema(
    "Since when nothing was delivered although it was tried; null while all is well.",
  ),
  lastAttemptAt: nullableTimeSchema(
    "When something was last sent there, the code of the proof among it; null for `mail`, and while nothing was. The deliveries of alerts " +
      "say how it went with each.",
  ),
  lastError: z.string().nullable().openapi({
    description: "Why the last attempt was not taken; null when it was.",
    example: "refused (500)",
  }),
  tls: z.string().nullable().openapi({
    description:
      "Protocol of the last attempt's connection, whose certificate was verified; null when there was none.",
    example: "TLSv1.3",
  }),
  createdAt: nullableTimeSchema("null for `mail`."),
};

export const channelSchema = z.strictObject(channel).openapi("AlertChannel");

export const keyedChannelSchema = z
  .strictObject({
    ...channel,
    secret: z.string().optional().openapi({
      description: "Of a webhook: `v1` signatures are made with it (Standard Webhooks). Shown only now.",
      example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    }),
    publicKey: z.string().optional().openapi({
      description: "Of a webhook: `v1a` signatures are verified with it. Shown only now.",
      example: "whpk_J7wgaZbc9mWqFQTCEBXpg9GZ0zIVe5+0FYKGr0xzb2A=",
    }),
  })
  .openapi("KeyedAlertChannel");

export const channelListSchema = z
  .strictObject({
    items: z.array(channelSchema),
    next: z.null().openapi({ description: "All channels are on one page." }),
  })
  .openapi("AlertChannelList");

export const pushKeyAnswerSchema = z
  .strictObject({
    key: z.string().openapi({
      description:
        "Public key (RFC 8292) for PushManager.subscribe, base64url of an uncompressed point of P-256.",
    }),
  })
  .openapi("PushKey");
