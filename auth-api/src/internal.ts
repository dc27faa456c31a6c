import { createRoute, z } from "@hono/zod-openapi";
import { ID, languageSchema } from "./fields.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import { notLoggedIn, problemAnswers, SESSION_BODY_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, body } from "./route-parts.ts";

/** Common name that the API's certificate carries. It may call every route but one. */
export const API_NAME = "cloud-api";

/** Common name of the process that tells owners of alerts. It may call `contactRoute` and nothing else. */
export const ALERTS_NAME = "alerts";

/** No other client may connect to the authentication service. */
export const CALLERS = [API_NAME, ALERTS_NAME] as const;

/**
 * Header in which the API names the client's IP address (v4 or v6, no port), with every request that changes something.
 * Only the API can connect, and it makes the headers of its requests itself, so that no client can set it.
 */
export const CLIENT_ADDRESS_HEADER = "purrimeter-client-address";

/**
 * Header of a refresh or a log-out by a page of the API's own origin: the refresh token that its cookie holds, empty when
 * there is no cookie. It counts when the body has no refresh token. Absent for all other clients.
 */
export const PAGE_REFRESH_TOKEN_HEADER = "purrimeter-page-refresh-token";

/**
 * Header of an answer that ended sessions: their ids, comma separated. The API refuses them before it passes the answer
 * on, so that a client never sees its token work after it was told that the session is over.
 */
export const ENDED_SESSIONS_HEADER = "purrimeter-ended-sessions";

/** Ended sessions in one answer. */
export const MAX_ENDED_SESSIONS = 1_000;

/** Longest wait for a session to end, in seconds. */
const MAX_WAIT_S = 30;

/** Closed accounts in one answer. */
export const MAX_LISTED_ERASURES = 100;

/** Keys in one answer. */
const MAX_KEYS = 16;

const coordinate = z.string().regex(/^[\w-]{43}$/);

/** Public keys of access tokens (RFC 7517). */
export const keysSchema = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal("EC"),
        crv: z.literal("P-256"),
        x: coordinate,
        y: coordinate,
        kid: z.string().min(1).max(128),
        alg: z.literal("ES256"),
        use: z.literal("sig"),
      }),
    )
    .max(MAX_KEYS),
});

/** The keys that verify access tokens. */
export const keysRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  operationId: "jwks",
  summary: "Public keys of access tokens (RFC 7517)",
  responses: { 200: answer("Keys.", keysSchema) },
});

/**
 * Sessions that ended after the cursor, oldest first. Without a cursor: every session whose tokens may still live. With
 * `waitS` an empty answer is held until something ends or the time is over, so that one waiting request hears of an end
 * within milliseconds.
 */
export const endedSessionsSchema = z.object({
  items: z
    .array(
      z.object({
        /** The `sid` claim of the session's access tokens. */
        sid: z.string(),
        /** Seconds of UTC after which no access token of the session can be valid any more. */
        until: z.number().int(),
      }),
    )
    .max(MAX_ENDED_SESSIONS),
  /** The next cursor. */
  next: z.number().int(),
  /** True when the cursor is older than what is remembered: start again without one. */
  reset: z.boolean(),
});

export type EndedSessions = z.infer<typeof endedSessionsSchema>;

/** Which sessions are over although their access tokens are not. */
export const endedSessionsRoute = createRoute({
  method: "get",
  path: "/sessions/ended",
  operationId: "endedSessions",
  summary: "Sessions that ended after a cursor",
  request: {
    query: z.strictObject({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      waitS: z.coerce.number().int().min(0).max(MAX_WAIT_S).default(0),
    }),
  },
  responses: { 200: answer("Sessions.", endedSessionsSchema), ...problemAnswers("invalid-request") },
});

const accountId = z.string().regex(ID, "This is not an account's id.");

/** Ids of accounts that were closed. */
export const erasuresSchema = z.object({ items: z.array(accountId).max(MAX_LISTED_ERASURES) });

/** Accounts whose tags and locations have to be erased; each is listed until its last access token has expired everywhere. */
export const listErasuresRoute = createRoute({
  method: "get",
  path: "/erasures",
  operationId: "listErasures",
  summary: "Accounts that were closed and are not erased everywhere yet",
  responses: { 200: answer("Ids.", erasuresSchema) },
});

/** Says that nothing is stored of the account any more. */
export const endErasureRoute = createRoute({
  method: "delete",
  path: "/erasures/{account}",
  operationId: "endErasure",
  summary: "Say that everything of a closed account is erased; it is listed again while its tokens may live",
  request: { params: z.strictObject({ account: accountId }) },
  responses: { 204: { description: "It is recorded." }, ...problemAnswers("invalid-request") },
});

const tagSchema = z.string().regex(/^[\w.-]{1,64}$/);

/** Whether the account that a tag belongs to is there. */
export const tagCodeAnswerSchema = z.object({ isLiving: z.boolean() });

/** An operator asks for a new claim code of a tag: only one that no account has gets one, and the trail says so. */
export const tagCodeRoute = createRoute({
  method: "post",
  path: "/tag-codes",
  operationId: "tagCode",
  summary: "Whether the owner of a tag has an account; if not, the operator's act goes into the trail",
  request: body(z.strictObject({ tag: tagSchema, owner: accountId.nullable(), operator: accountId })),
  responses: {
    200: answer("Whether.", tagCodeAnswerSchema),
    ...problemAnswers("invalid-request", "malformed-json", "unavailable"),
  },
});

/** What a personal access token is exchanged for. */
export const exchangedSchema = z.object({ accessToken: z.string(), expiresIn: z.number().int() });

/** Exchanges a personal access token. */
export const exchangeRoute = createRoute({
  method: "post",
  path: "/personal-tokens/exchange",
  operationId: "exchangePersonalToken",
  summary: "Exchange a personal access token for an access token with its scopes",
  request: body(z.strictObject({ token: z.string().min(1).max(256) })),
  responses: {
    200: answer("Access token.", exchangedSchema),
    ...problemAnswers("invalid-request", "malformed-json", "unauthenticated", "too-many-requests"),
  },
});

/** What operators do that the API tells the audit trail of. */
const ACTS = ["tag.revoked"] as const;

/** An act of an operator, and the tag that it is about. */
const actSchema = z.strictObject({ act: z.enum(ACTS), tag: tagSchema });

/** Records what the operator of the access token is about to do. The API does it only after that. */
export const recordActRoute = createRoute({
  method: "post",
  path: "/acts",
  operationId: "recordAct",
  summary: "Record what an operator is about to do",
  security: BEARER_SECURITY,
  request: body(actSchema),
  responses: {
    204: { description: "It is in the trail." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
  },
});

/** What happens to tags that their owners hear of by mail: names of the trail's events. */
export const OWNER_NOTICES = ["share.accepted", "transfer.accepted"] as const;

const noticeSchema = z.strictObject({ account: accountId, kind: z.enum(OWNER_NOTICES), tag: tagSchema });

/** Who is told, of what, about which tag. */
export type OwnerNotice = z.infer<typeof noticeSchema>;

/** Tells an owner by mail. Nothing says whether the account is there. */
export const noticeRoute = createRoute({
  method: "post",
  path: "/notices",
  operationId: "tellOwner",
  summary: "Tell an owner by mail what happened to a tag",
  request: body(noticeSchema),
  responses: {
    204: { description: "The owner is told, if there is one." },
    ...problemAnswers("invalid-request", "malformed-json"),
  },
});

/** How an account is written to. */
const mailPreferencesSchema = z.strictObject({
  language: languageSchema,
  /** IANA name, such as Europe/Zurich. */
  timeZone: z.string().min(1).max(64),
});

export type MailPreferences = z.infer<typeof mailPreferencesSchema>;

/** What is left out stays. */
export type MailPreferencesChange = {
  readonly [Name in keyof MailPreferences]?: MailPreferences[Name] | undefined;
};

/** Notes how an account is written to, and leaves what is left out: the API knows it from its owner, and mails about the account go by it too. */
export const preferencesRoute = createRoute({
  method: "post",
  path: "/preferences",
  operationId: "notePreferences",
  summary: "Note in which language and time zone an account is written to",
  request: body(mailPreferencesSchema.partial().extend({ account: accountId })),
  responses: {
    204: { description: "It is noted, if there is such an account." },
    ...problemAnswers("invalid-request", "malformed-json"),
  },
});

/** Rows of the account database as the registry of tables exports them, by the registry's names. Times are seconds of UTC. */
export const accountDataSchema = z.object({
  parts: z.record(z.string().regex(/^[a-z-]{1,32}$/), z.array(z.record(z.string(), z.unknown()))),
});

export type AccountData = z.infer<typeof accountDataSchema>;

/** Gives what the service has of an account, for the account's archive: after all that a login asks for. */
export const accountDataRoute = createRoute({
  method: "post",
  path: "/account/export",
  operationId: "accountData",
  summary: "What is stored of an account here, for its owner's archive",
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    200: answer("Rows by name.", accountDataSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Where an account's alerts go: its verified address; null when there is none, or no such account. */
export const contactSchema = z.object({ address: z.string().min(3).max(254).nullable() });

/** Gives the address that alerts of an account go to. For ALERTS_NAME only. */
export const contactRoute = createRoute({
  method: "post",
  path: "/internal/contact",
  operationId: "contact",
  summary: "The verified mail address of an account, for its alerts",
  request: body(z.strictObject({ account: accountId })),
  responses: {
    200: answer("The address, or null.", contactSchema),
    ...problemAnswers("invalid-request", "malformed-json", "forbidden"),
  },
});

/** Whether the service and its database answer. */
export const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "health",
  summary: "Whether the service works",
  responses: { 200: answer("It does.", z.object({ status: z.literal("ok") })) },
});
