import { parseArgs } from "node:util";
import { createLog } from "@purrimeter/service/log";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { openStore } from "@purrimeter/store/open-store";
import { openSecrets } from "@purrimeter/secrets/open-secrets";
import { readConfig } from "./config.ts";
import { startService } from "./start-service.ts";

/** Shorter than the 4 s after which the supervisor loses patience. */
const GRACE_MS = 2_500;

const log = createLog("cloud-api");
const now = (): UnixSeconds => Math.floor(Date.now() / 1_000) as UnixSeconds;
const monotonicMs = (): number => performance.now();

async function start(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("--config FILE is missing");
  const config = readConfig(values.config);
  const secrets = await openSecrets({
    process: "cloud-api",
    config: config.secrets,
    credentials: process.env["CREDENTIALS_DIRECTORY"],
    onFault: ({ code }) =>
      log.error("the login to Vault could not be kept up", { event: "vault.fault", code }),
  });
  const keyRing = secrets.keyRing(config.keyRing);
  const databaseKey = secrets.readKey("database-key");
  const store = openStore({ path: config.database, databaseKey, keyRing, now, monotonicMs });
  const service = await startService({ config, secrets, store, log, now, monotonicMs });
  log.info("ready", { event: "ready", port: service.port });
  process.send?.({ type: "ready", port: service.port });
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());

  async function stop(): Promise<void> {
    await service.stop(GRACE_MS);
    await store.close();
    await secrets.close();
    log.info("stopped", { event: "stopped" });
    if (process.connected) process.disconnect();
  }
}

function explain(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  if (code === "EADDRINUSE") return `port ${String(port)} is in use`;
  if (code === "EACCES" && port !== undefined) return `port ${String(port)} may not be used by this user`;
  return message ?? "unknown fault";
}

start().catch((error: unknown) => {
  process.stderr.write(`cloud-api: ${explain(error)}\n`);
  process.exit(1);
});
