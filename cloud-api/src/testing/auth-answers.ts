/** One route of the authentication service as the gateway maps it. */
export interface AuthExchange {
  readonly method: "get" | "post" | "delete";
  /** Below /v1/auth, as the document writes it. */
  readonly path: string;
  /** For {id}. */
  readonly id?: string;
  readonly body?: object;
  readonly status: number;
  /** What the service answers. */
  readonly answer?: object;
}

const ID = "0123456789abcdef".repeat(2);
const time = "2026-03-01T12:00:00.000Z";
const password = "three grey cats on a wall";
const credentials = { email: "mia@example.org", password, device: "phone" };
const tokens = { accessToken: "a", refreshToken: "r", expiresIn: 600 };
const codes = { recoveryCodes: ["AAAAA-BBBBB"] };
const credential = { id: "aa_-", rawId: "aa_-", type: "public-key" };
const assertion = {
  ...credential,
  response: { clientDataJSON: "aa", authenticatorData: "bb", signature: "cc", userHandle: null },
};
const attestation = {
  ...credential,
  clientExtensionResults: { credProps: { rk: true } },
  response: { clientDataJSON: "aa", attestationObject: "bb", transports: ["usb"] },
};
const passkey = { id: "aa_-", name: "Key", createdAt: time, usedAt: null };
const session = { id: ID, device: "phone", createdAt: time, refreshedAt: time, current: true };
const personal = {
  ...{ id: ID, name: "Scale", scopes: ["tags:read"] },
  ...{ createdAt: time, expiresAt: time, usedAt: null },
};
const event = {
  ...{ number: 1, at: 1, event: "login.accepted", account: ID, session: ID },
  ...{ network: "aa", previous: "", hash: "bb" },
};
const newPersonal = { password, name: "Scale", scopes: ["tags:read"], expiresInDays: 30 };

/** Routes that anybody may use, with what they are asked and answer. */
export const OPEN_EXCHANGES: readonly AuthExchange[] = [
  { method: "post", path: "/register", body: credentials, status: 201, answer: tokens },
  { method: "post", path: "/login", body: credentials, status: 200, answer: tokens },
  {
    ...{ method: "post", path: "/login/second-factor", status: 200, answer: tokens },
    body: { challenge: "c", code: "123456" },
  },
  {
    ...{ method: "post", path: "/login/passkey/options", body: { challenge: "c" }, status: 200 },
    answer: { options: { challenge: "x", allowCredentials: [] } },
  },
  {
    ...{ method: "post", path: "/login/passkey", status: 200, answer: tokens },
    body: { challenge: "c", response: assertion },
  },
  { method: "post", path: "/refresh", body: { refreshToken: "r" }, status: 200, answer: tokens },
  { method: "post", path: "/logout", body: { refreshToken: "r" }, status: 204 },
  { method: "post", path: "/mail/verify", body: { token: "t" }, status: 204 },
  { method: "post", path: "/mail/change/confirm", body: { token: "t" }, status: 204 },
  { method: "post", path: "/password/reset-request", body: { email: "mia@example.org" }, status: 202 },
  { method: "post", path: "/password/reset", body: { token: "t", password, code: "123456" }, status: 204 },
];

/** Routes of a session. */
export const SESSION_EXCHANGES: readonly AuthExchange[] = [
  {
    ...{ method: "get", path: "/account", status: 200 },
    answer: { id: ID, email: "mia@example.org", mailVerified: true, roles: ["owner"] },
  },
  { method: "get", path: "/sessions", status: 200, answer: { items: [session] } },
  { method: "delete", path: "/sessions", status: 204 },
  { method: "delete", path: "/sessions/{id}", id: ID, status: 204 },
  { method: "post", path: "/password", body: { password, newPassword: `${password}!` }, status: 204 },
  { method: "post", path: "/mail/verification", status: 202 },
  {
    ...{ method: "post", path: "/mail/change", status: 202 },
    body: { email: "new@example.org", password, code: "1" },
  },
  { method: "get", path: "/second-factors", status: 200, answer: { totp: true, recoveryCodesLeft: 9 } },
  {
    ...{ method: "post", path: "/second-factors/totp", body: { password }, status: 201 },
    answer: { secret: "ABC", uri: "otpauth://totp/x" },
  },
  { method: "post", path: "/second-factors/totp/confirm", body: { code: "1" }, status: 200, answer: codes },
  { method: "post", path: "/second-factors/totp/remove", body: { password }, status: 204 },
  { method: "post", path: "/second-factors/recovery-codes", body: { password }, status: 200, answer: codes },
  { method: "get", path: "/passkeys", status: 200, answer: { items: [passkey] } },
  {
    ...{ method: "post", path: "/passkeys/options", body: { password }, status: 200 },
    answer: { options: { challenge: "x" } },
  },
  {
    ...{ method: "post", path: "/passkeys", status: 201, answer: { id: "aa_-", ...codes } },
    body: { name: "Key", response: attestation },
  },
  { method: "post", path: "/passkeys/{id}/remove", id: "aa_-", body: { password }, status: 204 },
  { method: "get", path: "/personal-tokens", status: 200, answer: { items: [personal] } },
  {
    ...{ method: "post", path: "/personal-tokens", body: newPersonal, status: 201 },
    answer: { id: ID, token: "purr_pat_x", expiresAt: time },
  },
  { method: "delete", path: "/personal-tokens/{id}", id: ID, status: 204 },
];

/** The auditor's route. */
export const AUDIT_EXCHANGE: AuthExchange = {
  ...{ method: "get", path: "/audit", status: 200 },
  answer: { items: [event], next: null },
};

/** A problem as the service words it. */
export function serviceProblem(name: string, status: number, members: object = {}): object {
  const errors = [{ field: "password", message: "m" }];
  return { type: `/v1/problems/${name}`, title: "t", status, detail: "d", errors, ...members };
}
