import type { configSchema } from "@purrimeter/alerts/config";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { databaseOf } from "../data-folder/lost-files.ts";
import { AUDIT_KEY, KEY_RING_KEY, LOCATIONS_KEY } from "../data-folder/secret-specs.ts";
import { knownOrigin } from "./public-origin.ts";
import type { ServiceContext, ServiceEntry } from "./service-entry.ts";

type AlertsConfig = Omit<
  z.input<typeof configSchema>,
  "alarmSpool" | "host" | "port" | "secrets" | "metrics"
>;

/**
 * What decides what owners are told. Nobody calls it: it reads what the bridge has written, asks `auth` for an address and has the
 * notifier deliver.
 */
export const ALERTS: ServiceEntry = {
  name: "alerts",
  main: fileURLToPath(import.meta.resolve("@purrimeter/alerts/main")),
  after: ["notifier", "auth", "bridge"],
  callsServices: true,
  secrets: [LOCATIONS_KEY, KEY_RING_KEY, AUDIT_KEY],
  usesOwnerKeys: true,
  nurseryMib: 1,
  // It listens for its metrics only.
  listen: () => ({ host: "127.0.0.1", port: 0 }),
  configure: ({ files, settings, portOf, readinessOf }: ServiceContext): AlertsConfig => ({
    database: files.locations,
    ...databaseOf(files, "locations.db"),
    keyRing: files.keyRing,
    tls: { certificate: files.serviceChain("alerts"), authority: files.authority.branches.services.anchor },
    notifier: `https://localhost:${portOf("notifier")}`,
    auth: `https://localhost:${portOf("auth")}`,
    commits: [readinessOf("bridge")],
    publicUrl: knownOrigin(settings),
  }),
};
