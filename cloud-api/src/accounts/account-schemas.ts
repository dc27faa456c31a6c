import { z } from "@hono/zod-openapi";
import { problemSchema } from "../edge/answers.ts";

const MAX_MAIL_LENGTH = 254;
const MAX_PASSWORD_UNITS = 512;
const MAX_TOKEN_LENGTH = 2_048;
const MAX_PASSKEY_FIELD = 3_072;
const MAX_PERSONAL_TOKEN_DAYS = 365;

const mail = z.string().max(MAX_MAIL_LENGTH).openapi({ format: "email", example: "mia@example.org" });

const password = z.string().min(1).max(MAX_PASSWORD_UNITS).openapi({ format: "password" });

const device = z
  .string()
  .max(64)
  .optional()
  .openapi({ description: "What the list of sessions calls it.", example: "Mia's phone" });

const code = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: "From the authenticator app, or a recovery code." });

const challenge = z.string().min(1).max(256).openapi({ description: "As the login gave it." });

const mailToken = z.string().min(1).max(256).openapi({ description: "From the mail's link." });

/** What a registration and a login take. */
export const credentialsSchema = z.strictObject({ email: mail, password, device }).openapi("Credentials");

/** What a refresh and a log-out take. */
export const refreshSchema = z
  .strictObject({
    refreshToken: z
      .string()
      .min(1)
      .max(MAX_TOKEN_LENGTH)
      .optional()
      .openapi({ description: "A page of this origin leaves it out: its cookie is taken." }),
  })
  .openapi("RefreshToken");

/** What ends a login with a code. */
export const secondStepSchema = z.strictObject({ challenge, code, device }).openapi("SecondStep");

/** What begins the second step of a login with a passkey. */
export const passkeyChallengeSchema = z.strictObject({ challenge }).openapi("PasskeyChallenge");

const base64url = z
  .string()
  .max(MAX_PASSKEY_FIELD)
  .regex(/^[\w-]*$/, "This is not base64url.");

const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional(),
};

const assertionSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.nullish(),
    }),
  })
  .openapi("AuthenticationResponse", { description: "What navigator.credentials.get() gives, as JSON." });

const attestationSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      authenticatorData: base64url.optional(),
      transports: z.array(z.string().max(32)).max(8).optional(),
      publicKey: base64url.optional(),
      publicKeyAlgorithm: z.number().int().optional(),
    }),
  })
  .openapi("RegistrationResponse", { description: "What navigator.credentials.create() gives, as JSON." });

/** What ends a login with a passkey. */
export const passkeyLoginSchema = z
  .strictObject({ challenge, response: assertionSchema, device })
  .openapi("PasskeyLogin");

/** What stores a passkey. */
export const newPasskeySchema = z
  .strictObject({ name: z.string().min(1).max(64), response: attestationSchema })
  .openapi("NewPasskey");

export const passkeyParamsSchema = z.object({ id: base64url.min(1) });

/** Asked for once more before what cannot be taken back: all that a login asks for. */
export const ownerProofSchema = z
  .strictObject({
    password,
    code: code.optional(),
    passkey: assertionSchema.optional().openapi({
      description:
        "To the options that POST /v1/auth/login/passkey/options gives for the refusal's challenge.",
    }),
  })
  .openapi("OwnerProof");

/** What asks for another mail address. */
export const mailChangeSchema = ownerProofSchema.extend({ email: mail }).openapi("MailChange");

export const totpCodeSchema = z.strictObject({ code }).openapi("TotpCode");

export const passwordChangeSchema = z
  .strictObject({ password, newPassword: password })
  .openapi("PasswordChange");

export const resetRequestSchema = z.strictObject({ email: mail }).openapi("ResetRequest");

export const resetSchema = z
  .strictObject({ token: mailToken, password, code: code.optional() })
  .openapi("PasswordReset");

export const mailTokenSchema = z.strictObject({ token: mailToken }).openapi("MailToken");

const scopeSchema = z.enum([
  "tags:read",
  "tags:write",
  "locations:read",
  "geofences:read",
  "geofences:write",
]);

/** What a new personal access token is for. */
export const newPersonalTokenSchema = z
  .strictObject({
    password,
    name: z.string().min(1).max(64),
    scopes: z.array(scopeSchema).min(1).max(scopeSchema.options.length),
    expiresInDays: z.number().int().min(1).max(MAX_PERSONAL_TOKEN_DAYS),
  })
  .openapi("NewPersonalToken");

/** Sessions and personal tokens. */
export const sessionParamsSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/, "This is no such id."),
});

export const auditQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({ type: "integer" }),
  limit: z.coerce.number().int().min(1).max(1_000).optional().openapi({ type: "integer" }),
});

const expiresIn = z.number().int().openapi({ description: "Seconds that the access token lives." });

/** Tokens for who keeps them. */
export const tokensSchema = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string().openapi({ description: "Good once: the answer to a refresh brings the next." }),
    expiresIn,
  })
  .openapi("Tokens");

/** What a page of this origin gets: its tokens are in cookies that no script can read. */
export const cookieTokensSchema = z.object({ expiresIn }).openapi("CookieTokens");

/** What gives tokens answers one of these. */
export const loggedInSchema = z.union([tokensSchema, cookieTokensSchema]);

/** A problem that a second factor solves. */
export const loginProblemSchema = problemSchema
  .extend({
    challenge: z.string().optional().openapi({ description: "Send it back within five minutes." }),
    methods: z
      .array(z.string())
      .optional()
      .openapi({ example: ["totp", "recovery-code", "passkey"] }),
  })
  .openapi("LoginProblem");

export const accountSchema = z
  .object({ id: z.string(), email: z.string(), mailVerified: z.boolean(), roles: z.array(z.string()) })
  .openapi("Account");

const time = z.string().openapi({ format: "date-time" });

export const sessionsSchema = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          device: z.string(),
          createdAt: time,
          refreshedAt: time,
          current: z.boolean().openapi({ description: "Whether it is the one that asks." }),
        })
        .openapi("Session"),
    ),
  })
  .openapi("SessionList");

export const secondFactorsSchema = z
  .object({ totp: z.boolean(), recoveryCodesLeft: z.number().int() })
  .openapi("SecondFactors");

export const totpSecretSchema = z.object({ secret: z.string(), uri: z.string() }).openapi("TotpSecret");

export const recoveryCodesSchema = z
  .object({ recoveryCodes: z.array(z.string()) })
  .openapi("RecoveryCodes", { description: "Shown this once." });

export const passkeysSchema = z
  .object({
    items: z.array(
      z
        .object({ id: z.string(), name: z.string(), createdAt: time, usedAt: time.nullable() })
        .openapi("Passkey"),
    ),
  })
  .openapi("PasskeyList");

export const passkeyOptionsSchema = z
  .object({ options: z.record(z.string(), z.unknown()) })
  .openapi("PasskeyOptions", {
    description: "For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON.",
  });

export const madePasskeySchema = z
  .object({ id: z.string(), recoveryCodes: z.array(z.string()) })
  .openapi("MadePasskey", {
    description: "With the first second factor come recovery codes, shown this once.",
  });

export const personalTokensSchema = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          scopes: z.array(z.string()),
          createdAt: time,
          expiresAt: time,
          usedAt: time.nullable().openapi({ description: "To the hour." }),
        })
        .openapi("PersonalToken"),
    ),
  })
  .openapi("PersonalTokenList");

export const madePersonalTokenSchema = z
  .object({
    id: z.string(),
    token: z.string().openapi({ description: "Shown this once. Send it as Authorization: Bearer." }),
    expiresAt: time,
  })
  .openapi("MadePersonalToken");

export const auditSchema = z
  .object({
    items: z.array(
      z
        .object({
          number: z.number().int(),
          at: z.number().int().openapi({ description: "Seconds of UTC." }),
          event: z.string(),
          account: z.string().openapi({ description: "Id, or empty for an unknown address." }),
          session: z.string(),
          network: z
            .string()
            .openapi({ description: "Keyed hash: equal ones can be seen, none can be read." }),
          previous: z.string(),
          hash: z.string(),
        })
        .openapi("AuditEvent"),
    ),
    next: z.number().int().nullable().openapi({ description: "Ask with it as `after`; null at the end." }),
  })
  .openapi("AuditTrail");
