import { z } from "zod";

/** Largest body of a webhook, in bytes: what Standard Webhooks advises. */
export const MAX_MESSAGE_BYTES = 20_000;

/** Largest body of `POST /attempts`, in bytes. */
export const MAX_ATTEMPT_BYTES = 65_536;

/** Deepest nesting of that body. */
export const MAX_ATTEMPT_DEPTH = 8;

/** From the call to its answer, waiting for others to the same host included. */
export const ATTEMPT_DEADLINE_MS = 20_000;

const id = z.string().regex(/^[a-z2-7]{26}$/u);
const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\u2028\u2029]+$/u);
/** One mailbox without a name, a comment or a line break: nothing that a mail server could read as two. */
const mailbox = z
  .string()
  .min(3)
  .max(254)
  .regex(/^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u);
const url = z.string().min(1).max(2_048);
const base64url = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w-]+$/u);

/** Where one message goes. What it needs to be trusted there comes with it: the notifier remembers nothing. */
const endpointSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), address: mailbox }),
  z.strictObject({
    kind: z.literal("webhook"),
    url,
    /** `whsec_` and base64 of 24 to 64 bytes; the newest first. */
    secrets: z
      .array(z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/u))
      .min(1)
      .max(2),
    /** `whsk_` and base64 of an Ed25519 seed of 32 bytes; the newest first. */
    keys: z.array(z.string().regex(/^whsk_[A-Za-z0-9+/]{43}=$/u)).max(2),
  }),
  z.strictObject({ kind: z.literal("push"), url, p256dh: base64url, auth: base64url }),
  z.strictObject({
    kind: z.literal("ntfy"),
    url,
    token: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/u)
      .optional(),
  }),
]);

export type Endpoint = z.infer<typeof endpointSchema>;

/** One message in all forms that a channel may need. */
const messageSchema = z.strictObject({
  title: line,
  /** Plain text with line feeds. */
  text: z.string().min(1).max(16_000),
  /** Of a webhook: its `type`, such as "alert.left". */
  type: z.string().regex(/^[a-z.-]{1,64}$/u),
  /** Seconds of UTC at which it happened. */
  at: z.int().min(0),
  /** Of a webhook: its `data`. */
  data: z.record(z.string(), z.json()),
  urgency: z.enum(["normal", "high"]),
  /** Where a push leads when it is touched; https. */
  navigate: z.string().max(2_048).optional(),
  /** How long a push service keeps it for a phone that is off, seconds. */
  ttlS: z.int().min(0).max(2_419_200),
  /** A later push with the same topic replaces one that has not arrived. */
  topic: z
    .string()
    .regex(/^[\w-]{1,32}$/u)
    .optional(),
});

export type Message = z.infer<typeof messageSchema>;

/** One attempt at one endpoint: `POST /attempts`. */
export const attemptSchema = z.strictObject({
  /** The same at every attempt of this message at this endpoint, so that it can be shown once. */
  id,
  endpoint: endpointSchema,
  message: messageSchema,
});

export type Attempt = z.infer<typeof attemptSchema>;

/**
 * `delivered`: taken by the endpoint. `failed`: it may work later. `rejected`: this message never will. `gone`: the endpoint takes
 * none any more. `not-allowed`: its address is one that we do not send to.
 */
const OUTCOMES = ["delivered", "failed", "rejected", "gone", "not-allowed"] as const;

export const resultSchema = z.strictObject({
  outcome: z.enum(OUTCOMES),
  /** A constant text for people, in English; never what the endpoint said. */
  reason: z.string().max(200),
  /** Of HTTP or SMTP. */
  status: z.int().optional(),
  /** What the endpoint asked for, at most a day. */
  retryAfterS: z.int().min(0).max(86_400).optional(),
  /** Protocol of the connection whose certificate was verified, such as "TLSv1.3". */
  tls: z.string().max(16).optional(),
});

export type AttemptResult = z.infer<typeof resultSchema>;

/** `GET /push-key`: the public key that browsers subscribe with (RFC 8292): an uncompressed point of P-256, base64url. */
export const pushKeySchema = z.strictObject({ key: base64url });

/** Common names of certificates that may connect. */
export const CALLERS = ["alerts", "auth", "cloud-api"] as const;

/** One of them. */
export type Caller = (typeof CALLERS)[number];
