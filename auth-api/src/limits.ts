/** Bytes of a request's body. The largest is a browser's answer about a passkey. */
export const MAX_BODY_BYTES = 4_096;

/** Nesting of a request's body: a passkey's extension results inside the proof of an owner. */
export const MAX_BODY_DEPTH = 5;

/** Characters of a mail address. RFC 5321, 4.5.3.1.3: a path has 256 octets with its brackets. */
export const MAX_MAIL_LENGTH = 254;

/** UTF-16 units of a password as typed: more than 128 characters of at most 4 units after normalisation. */
export const MAX_PASSWORD_UNITS = 512;

/** Characters of the name that a login gives its device. */
export const MAX_DEVICE_LENGTH = 64;

/** Characters of a code from an authenticator app, or of a recovery code. */
export const MAX_CODE_LENGTH = 64;

/** Characters of a token that a login or a mail carries: challenges, links. */
export const MAX_PURPOSE_TOKEN_LENGTH = 256;

/** Characters of a refresh token; those in use are far shorter. */
export const MAX_REFRESH_TOKEN_LENGTH = 2_048;

/** Characters of one base64url field of a passkey. */
export const MAX_PASSKEY_FIELD_LENGTH = 3_072;

/** Characters of the name of a passkey or of a personal access token. */
export const MAX_NAME_LENGTH = 64;

/** Longest life of a personal access token. */
export const MAX_PERSONAL_TOKEN_DAYS = 365;

/** Events of the audit trail in one answer. */
export const MAX_AUDIT_EVENTS = 1_000;

/** The same of an answer with proofs, of some 2 kB each. */
export const MAX_PROVED_EVENTS = 100;

/** Seconds after which a session that is not refreshed is over; cookies of pages live as long. */
export const SESSION_IDLE_LIMIT_S = 14 * 86_400;
