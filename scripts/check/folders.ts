import { AUTH_FOLDERS } from "./auth-folders.ts";
import type { FolderRules } from "./house-shape.ts";
import { STORE_FOLDERS } from "./store-folders.ts";

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
  store: STORE_FOLDERS,
  alerts: {
    folders: {
      "src/config.ts": [],
      "src/texts": [],
      "src/rules": [],
      "src/deliver": ["src/texts"],
      "src/engine": ["src/deliver", "src/rules"],
    },
  },
  bridge: {
    folders: {
      "src/metrics": [],
      "src/broker": ["src/metrics"],
      "src/verification": ["src/broker", "src/metrics"],
      "src/ingest": ["src/broker", "src/metrics", "src/verification"],
      "src/settings": ["src/broker", "src/metrics"],
      "src/commands": ["src/broker", "src/metrics"],
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
  auth: AUTH_FOLDERS,
  "cloud-api": {
    folders: {
      "src/edge": [],
      "src/lists": ["src/edge"],
      "src/alerts/alert-parts.ts": [],
      "src/commands/command-rates.ts": ["src/edge"],
      "src/dependencies.ts": [
        ...["src/alerts/alert-parts.ts", "src/commands/command-rates.ts", "src/edge", "src/lists"],
      ],
      "src/accounts": ["src/dependencies.ts", "src/edge"],
      "src/tags": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/geofences": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/locations": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/export": [...["src/accounts", "src/dependencies.ts", "src/edge", "src/lists", "src/locations"]],
      "src/commands": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/alerts": [...["src/dependencies.ts", "src/edge", "src/lists", "src/locations", "src/tags"]],
      "src/live": [
        ...["src/alerts", "src/commands", "src/dependencies.ts", "src/edge", "src/lists", "src/locations"],
        "src/tags",
      ],
      "src/lost": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
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
