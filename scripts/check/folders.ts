import type { FolderRules } from "./house-shape.ts";

const CORE = [
  ...["core", "core/earth.ts", "core/effects.ts", "core/flash", "core/geofence", "core/journal", "core/nmea"],
  ...[
    "core/motion-steps.ts",
    "core/pace",
    "core/ports.ts",
    "core/random.ts",
    "core/settings",
    "core/tag-state.ts",
    "core/uplink",
  ],
];
const DRIVERS = [
  ...["drivers/axp2101", "drivers/lis3dh", "drivers/output", "drivers/registers.ts", "drivers/sim7080g"],
];
const CERTS_FILES = ["src/refusal.ts", "src/write-file.ts"];
const STORE_BASE = [
  ...["src/random-id.ts", "src/utc-day.ts", "src/reading/owner-id.ts", "src/reading/page*.ts"],
  "src/retention/retention-choice.ts",
];
const STORE_SUBJECTS = [
  ...["src/audit", "src/geofences", "src/recording", "src/schema", "src/sealing", "src/sharing", "src/tags"],
  "src/transfers",
  ...STORE_BASE,
];
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
const VALUES = ["src/values.ts", "src/limits.ts", "src/decode-error.ts"];
const CLI_SERVICES = ["src/services", "src/configuration", "src/data-folder", "src/terminal"];

/** Package folder -> the layers inside it. A folder may import what stands beside it, and itself. */
export const FOLDERS: Readonly<Record<string, FolderRules>> = {
  protocol: {
    folders: {
      "src/values.ts": [],
      "src/limits.ts": [],
      "src/decode-error.ts": [],
      "src/lon-delta.ts": ["src/values.ts"],
      "src/report/entry.ts": ["src/values.ts"],
      "src/messages.ts": ["src/report/entry.ts", ...VALUES],
      "src/cbor": VALUES,
      "src/report": ["src/cbor", "src/report/entry.ts", "src/messages.ts", "src/lon-delta.ts", ...VALUES],
      "src/ble-link": ["src/limits.ts"],
    },
  },
  certs: {
    folders: {
      "src/refusal.ts": [],
      "src/write-file.ts": [],
      "src/authority": CERTS_FILES,
      "src/certificates": ["src/authority", ...CERTS_FILES],
      "src/revocation": ["src/authority", "src/certificates", ...CERTS_FILES],
    },
  },
  service: {
    folders: {
      "src/time": [],
      "src/limits": [],
      "src/clock": ["src/limits", "src/time"],
      "src/log": ["src/limits"],
      "src/metrics/metrics.ts": [],
      "src/http": ["src/limits", "src/log", "src/metrics/metrics.ts", "src/time"],
      "src/client": ["src/http", "src/log", "src/time"],
      "src/metrics": ["src/http", "src/log", "src/metrics/metrics.ts", "src/time"],
      "src/alarms": ["src/limits", "src/log", "src/metrics/metrics.ts", "src/time"],
      "src/run": [
        ...["src/alarms", "src/client", "src/clock", "src/log", "src/metrics", "src/metrics/metrics.ts"],
        "src/time",
      ],
    },
  },
  secrets: {
    folders: {
      "src/generated-secrets.ts": [],
      "src/aes-gcm.ts": [],
      "src/sources": ["src/generated-secrets.ts"],
      "src/vault": ["src/sources"],
      "src/key-ring": ["src/vault", "src/aes-gcm.ts"],
    },
  },
  device: {
    folders: {
      "core/ports.ts": [],
      "core/random.ts": [],
      "core/effects.ts": [],
      "core/earth.ts": [],
      "core/motion-steps.ts": [],
      "core/geofence": ["core/earth.ts"],
      "core/nmea": ["core/earth.ts", "core/motion-steps.ts"],
      "core/tag-state.ts": ["core/effects.ts", "core/geofence"],
      "core/pace": ["core/tag-state.ts"],
      "core/flash": ["core/ports.ts"],
      "core/journal": ["core/motion-steps.ts", "core/flash", "core/ports.ts"],
      "core/settings": ["core/flash", "core/ports.ts"],
      "core/uplink": ["core/journal", "core/ports.ts", "core/random.ts"],
      core: CORE,
      "drivers/registers.ts": [],
      "drivers/output": [],
      "drivers/axp2101": ["drivers/registers.ts"],
      "drivers/lis3dh": ["drivers/registers.ts"],
      "drivers/sim7080g": ["drivers/axp2101", ...CORE],
      "boards/build-date.ts": [],
      "boards/node": ["boards/build-date.ts", ...CORE],
      "boards/espruino": [...DRIVERS, ...CORE],
      "boards/espruino/build": ["boards/build-date.ts"],
      "boards/bangle2": ["boards/espruino", ...DRIVERS, ...CORE],
      "boards/t-sim7080g": [],
      "boards/t-sim7080g-espruino": ["boards/espruino", "boards/t-sim7080g", ...DRIVERS, ...CORE],
      "boards/t-sim7080g-moddable": ["boards/t-sim7080g", ...DRIVERS, ...CORE],
      "boards/t-sim7080g-moddable/build": ["boards/build-date.ts"],
    },
  },
  store: {
    folders: {
      "src/random-id.ts": [],
      "src/utc-day.ts": [],
      "src/reading/owner-id.ts": [],
      "src/reading/page*.ts": [],
      "src/retention/retention-choice.ts": [],
      "src/schema": ["src/retention/retention-choice.ts"],
      "src/recording": ["src/utc-day.ts"],
      "src/audit": [],
      "src/sealing": ["src/audit", "src/schema", ...STORE_BASE],
      "src/tags": ["src/audit", "src/recording", "src/schema", "src/sealing", ...STORE_BASE],
      "src/geofences": ["src/audit", "src/recording", "src/schema", "src/sealing", "src/tags", ...STORE_BASE],
      "src/sharing": ["src/audit", "src/recording", "src/schema", "src/sealing", "src/tags", ...STORE_BASE],
      "src/transfers": ["src/audit", "src/schema", "src/sealing", "src/tags", ...STORE_BASE],
      "src/erasure": ["src/audit", "src/schema", "src/sealing", "src/tags", ...STORE_BASE],
      "src/reading": STORE_SUBJECTS,
      "src/history": ["src/reading", ...STORE_SUBJECTS],
      "src/export": ["src/history", "src/reading", "src/retention", ...STORE_SUBJECTS],
      "src/retention": ["src/erasure", "src/reading", ...STORE_SUBJECTS],
      "src/sqlite": [
        ...["src/erasure", "src/export", "src/history", "src/reading", "src/retention", ...STORE_SUBJECTS],
      ],
    },
  },
  bridge: {
    folders: {
      "src/metrics": [],
      "src/broker": ["src/metrics"],
      "src/verification": ["src/broker", "src/metrics"],
      "src/ingest": ["src/broker", "src/metrics", "src/verification"],
      "src/settings": ["src/broker", "src/metrics"],
    },
  },
  notifier: {
    folders: {
      "src/attempt.ts": [],
      "src/config.ts": [],
      "src/notifier-client.ts": ["src/attempt.ts"],
      "src/mail": ["src/config.ts"],
      "src/outgoing": ["src/attempt.ts"],
      "src/push": [],
      "src/channels": ["src/attempt.ts", "src/mail", "src/outgoing", "src/push"],
      "src/attempts": ["src/attempt.ts", "src/channels"],
      "src/http": ["src/attempt.ts", "src/attempts"],
    },
  },
  auth: {
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
  },
  "cloud-api": {
    folders: {
      "src/edge": [],
      "src/dependencies.ts": ["src/edge", "src/lists"],
      "src/lists": ["src/edge"],
      "src/accounts": ["src/dependencies.ts", "src/edge"],
      "src/tags": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/geofences": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/locations": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/export": [...["src/accounts", "src/dependencies.ts", "src/edge", "src/lists", "src/locations"]],
      "src/live": ["src/dependencies.ts", "src/edge", "src/lists", "src/locations"],
      "src/sharing": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/service": ["src/dependencies.ts", "src/edge", "src/lists"],
    },
    left: [
      "src/dependencies.ts -> src/accounts/owner-data-erasure.ts",
      "src/dependencies.ts -> src/export/archive-jobs.ts",
      "src/dependencies.ts -> src/live/live-streams.ts",
      "src/edge/access-token-of.ts -> src/accounts/session-cookies.ts",
      "src/edge/access-token-of.ts -> src/dependencies.ts",

      "src/edge/edge.ts -> src/dependencies.ts",

      "src/edge/openapi-document.ts -> src/dependencies.ts",

      "src/edge/read-json-body.ts -> src/dependencies.ts",
    ],
  },
  simulator: {
    folders: {
      "src/random.ts": [],
      "src/virtual-clock.ts": [],
      "src/tracks": ["src/random.ts"],
      "src/cats": ["src/tracks", "src/random.ts"],
      "src/sky": ["src/cats", "src/tracks", "src/random.ts", "src/virtual-clock.ts"],
      "src/fleet": ["src/sky", "src/cats", "src/tracks", "src/random.ts", "src/virtual-clock.ts"],
      "src/replay": ["src/fleet", "src/sky", "src/cats", "src/tracks", "src/random.ts"],
    },
  },
  cli: {
    folders: {
      "src/terminal": [],
      "src/configuration": ["src/terminal"],
      "src/data-folder": ["src/terminal"],
      "src/backup": ["src/data-folder", "src/terminal"],
      "src/check": ["src/backup", "src/data-folder", "src/terminal"],
      "src/import": ["src/data-folder", "src/terminal"],
      "src/services": ["src/configuration", "src/data-folder", "src/terminal"],
      "src/supervisor": CLI_SERVICES,
      "src/scenarios": ["src/supervisor", ...CLI_SERVICES],
      "src/commands": [
        ...["src/backup", "src/check", "src/import", "src/scenarios", "src/supervisor", ...CLI_SERVICES],
      ],
    },
  },
};
