import type { FolderRules } from "./house-shape.ts";

const AUTH_BASE = ["src/base32.ts", "src/config.ts", "src/random-id.ts", "src/schema.ts"];
/** What keeps accounts and all that belongs to them. */
const AUTH_SUBJECTS = [
  ...["src/accounts", "src/audit", "src/erasure", "src/http", "src/mail", "src/passkeys", "src/password"],
  ...["src/personal-tokens", "src/second-factor", "src/sessions", "src/signing-keys"],
  ...["src/login/access-tokens.ts", "src/login/login-throttle.ts", "src/login/purpose-tokens.ts"],
  ...["src/accounts/open-accounts.ts", "src/password/password-hasher.ts"],
  ...AUTH_BASE,
];
/** What decides by all of these. */
const AUTH_FLOWS = [
  "src/export/account-data.ts",
  ...["src/login", "src/password/set-password.ts", "src/second-factor/*-factor.ts"],
  ...["src/second-factor/second-factor-required.ts", "src/http/guarded.ts"],
];
const AUTH_ENDPOINTS = ["src/*/*-endpoint.ts", "src/*/*-endpoints.ts"];

/** Of the service with the accounts. */
export const AUTH_FOLDERS: FolderRules = {
  folders: {
    "src/base32.ts": [],
    "src/config.ts": [],
    "src/random-id.ts": [],
    "src/schema.ts": [],
    "src/password/normalise-password.ts": [],
    "src/password/password-hasher.ts": ["src/password/normalise-password.ts"],
    "src/accounts": ["src/password/password-hasher.ts", ...AUTH_BASE],
    "src/login/access-tokens.ts": ["src/accounts", ...AUTH_BASE],
    "src/login/login-throttle.ts": [],
    "src/login/purpose-tokens.ts": ["src/accounts"],
    "src/http": ["src/login/access-tokens.ts"],
    "src/password": ["src/http", "src/password/normalise-password.ts"],
    "src/audit": ["src/accounts", ...AUTH_BASE],
    "src/sessions": ["src/accounts", "src/http", ...AUTH_BASE],
    "src/signing-keys": AUTH_BASE,
    "src/erasure": ["src/accounts", "src/audit", "src/sessions", ...AUTH_BASE],
    "src/personal-tokens": ["src/accounts", "src/sessions", ...AUTH_BASE],
    "src/passkeys": ["src/accounts", ...AUTH_BASE],
    "src/second-factor": ["src/accounts", ...AUTH_BASE],
    "src/mail": ["src/accounts", "src/audit", "src/http", "src/login/purpose-tokens.ts", ...AUTH_BASE],
    "src/accounts/open-accounts.ts": AUTH_SUBJECTS,
    "src/roles": ["src/accounts", "src/accounts/open-accounts.ts", "src/audit"],
    "src/auth-service.ts": AUTH_SUBJECTS,
    "src/password/set-password.ts": ["src/auth-service.ts", ...AUTH_SUBJECTS],
    "src/second-factor/*-factor.ts": ["src/auth-service.ts", ...AUTH_SUBJECTS],
    "src/second-factor/second-factor-required.ts": ["src/auth-service.ts", ...AUTH_SUBJECTS],
    "src/alarms": ["src/auth-service.ts", ...AUTH_SUBJECTS],
    "src/login": [
      ...["src/auth-service.ts", "src/second-factor/*-factor.ts"],
      ...["src/second-factor/second-factor-required.ts", ...AUTH_SUBJECTS],
    ],
    "src/export/account-data.ts": ["src/auth-service.ts", ...AUTH_SUBJECTS],
    "src/http/guarded.ts": ["src/auth-service.ts", "src/login", ...AUTH_SUBJECTS],
    "src/*/*-endpoint.ts": ["src/auth-service.ts", ...AUTH_FLOWS, ...AUTH_SUBJECTS],
    "src/*/*-endpoints.ts": ["src/auth-service.ts", ...AUTH_FLOWS, ...AUTH_SUBJECTS],
    "src/http/create-app.ts": ["src/auth-service.ts", ...AUTH_ENDPOINTS, ...AUTH_FLOWS, ...AUTH_SUBJECTS],
  },
  left: ["src/second-factor/second-factor-required.ts -> src/login/finish-login.ts"],
};
