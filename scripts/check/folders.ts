import type { FolderRules } from "./house-shape.ts";

const CORE = ["core", "core/geofence", "core/journal", "core/nmea", "core/pace", "core/uplink"];
const CORE_FILES = ["core/effects.ts", "core/ports.ts", "core/random.ts", "core/tag-state.ts"];
const DRIVERS = ["drivers/axp2101", "drivers/lis3dh", "drivers/sim7080g"];
const CERTS_FILES = ["src/refusal.ts", "src/write-file.ts"];
const VALUES = ["src/values.ts", "src/limits.ts", "src/decode-error.ts"];

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
      "src/log": [],
      "src/limits": [],
      "src/metrics/metrics.ts": [],
      "src/http": ["src/limits", "src/log", "src/metrics/metrics.ts", "src/time"],
      "src/client": ["src/http", "src/log", "src/time"],
      "src/metrics": ["src/http", "src/metrics/metrics.ts"],
      "src/run": ["src/log", "src/metrics", "src/metrics/metrics.ts", "src/time"],
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
      "core/geofence": [],
      "core/nmea": [],
      "core/tag-state.ts": ["core/effects.ts", "core/geofence"],
      "core/pace": ["core/nmea", "core/tag-state.ts"],
      "core/journal": ["core/ports.ts"],
      "core/uplink": ["core/journal", "core/ports.ts", "core/random.ts"],
      core: [...CORE, ...CORE_FILES],
      "drivers/axp2101": [],
      "drivers/lis3dh": ["drivers/axp2101"],
      "drivers/sim7080g": ["drivers/axp2101", ...CORE, ...CORE_FILES],
      "boards/node": [...CORE, ...CORE_FILES],
      "boards/espruino": [...CORE, ...CORE_FILES],
      "boards/espruino/build": [],
      "boards/bangle2": ["boards/espruino", ...CORE, ...CORE_FILES],
      "boards/t-sim7080g": [],
      "boards/t-sim7080g-espruino": [
        "boards/espruino",
        "boards/t-sim7080g",
        ...DRIVERS,
        ...CORE,
        ...CORE_FILES,
      ],
      "boards/t-sim7080g-moddable": ["boards/t-sim7080g", ...DRIVERS, ...CORE, ...CORE_FILES],
    },
    left: ["core/nmea/fix-filter.ts -> core/geofence/earth.ts"],
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
  "cloud-api": {
    folders: {
      "src/edge": [],
      "src/dependencies.ts": ["src/edge", "src/lists"],
      "src/lists": ["src/edge"],
      "src/accounts": ["src/dependencies.ts", "src/edge"],
      "src/tags": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/geofences": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/locations": ["src/dependencies.ts", "src/edge", "src/lists"],
      "src/live": ["src/dependencies.ts", "src/edge", "src/lists", "src/locations"],
      "src/sharing": ["src/dependencies.ts", "src/edge", "src/lists", "src/tags"],
      "src/service": ["src/dependencies.ts", "src/edge", "src/lists"],
    },
    left: [
      "src/dependencies.ts -> src/accounts/owner-data-erasure.ts",
      "src/dependencies.ts -> src/live/live-streams.ts",
      "src/edge/access-token-of.ts -> src/accounts/session-cookies.ts",
      "src/edge/access-token-of.ts -> src/dependencies.ts",

      "src/edge/edge.ts -> src/dependencies.ts",

      "src/edge/openapi-document.ts -> src/dependencies.ts",
      "src/edge/personal-tokens.ts -> src/accounts/forward-to-auth.ts",
      "src/edge/read-json-body.ts -> src/dependencies.ts",
      "src/edge/request-log.ts -> src/dependencies.ts",
    ],
  },
  simulator: {
    folders: {
      "src/random.ts": [],
      "src/tracks": ["src/random.ts"],
      "src/cats": ["src/tracks", "src/random.ts"],
      "src/sky": ["src/cats", "src/tracks", "src/random.ts"],
      "src/fleet": ["src/sky", "src/cats", "src/tracks", "src/random.ts"],
      "src/replay": ["src/fleet", "src/sky", "src/cats", "src/tracks", "src/random.ts"],
    },
    left: [
      "src/tracks/place-tracks.ts -> src/cats/invented-homes.ts",
      "src/cats/cat-fit.ts -> src/sky/logger-model.ts",
      "src/cats/cat-fit.ts -> src/sky/receiver-model.ts",
      "src/sky/simulated-gnss.ts -> src/fleet/virtual-clock.ts",
    ],
  },
  cli: {
    folders: {
      "src/terminal": [],
      "src/data-folder": ["src/terminal"],
      "src/supervisor": ["src/data-folder", "src/terminal"],
      "src/scenarios": ["src/supervisor", "src/data-folder", "src/terminal"],
      "src/commands": ["src/scenarios", "src/supervisor", "src/data-folder", "src/terminal"],
    },
    left: ["src/data-folder/provision-fleet.ts -> src/scenarios/owner-api.ts"],
  },
};
