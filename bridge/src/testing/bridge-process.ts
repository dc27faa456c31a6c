import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestAuthority } from "./test-authority.ts";
import type { TestStore } from "./test-store.ts";

/** Fixed: processes that are started one after the other write one trail. */
const AUDIT_KEY = "a1".repeat(32);

/** What a bridge process is started with. */
export interface ProcessFiles {
  readonly config: string;
  readonly secrets: string;
}

export interface BridgeProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** Where the configuration asks for one. */
  readonly metricsPort: number | undefined;
}

/** Writes secrets and configuration into the store's folder. */
export function writeProcessFiles(
  store: TestStore,
  authority: TestAuthority,
  changes: object = {},
): ProcessFiles {
  const secrets = join(store.folder, "secrets");
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const secret = (name: string, content: string): void =>
    writeFileSync(join(secrets, name), content, { mode: 0o600 });
  secret("audit-key", store.auditKey.toString("hex"));
  secret("database-key", store.databaseKey.toString("hex"));
  secret("audit-key", AUDIT_KEY);
  secret("key-ring-key", store.keyRingKey.toString("hex"));
  secret("tls-key.pem", authority.bridge.key);
  const { branches } = authority.files;
  const tls = {
    certificate: authority.bridgeCertificate,
    clientAuthority: branches.tags.anchor,
    revoked: branches.tags.revoked,
  };
  const content = {
    host: "127.0.0.1",
    port: 0,
    database: store.path,
    keyRing: store.keyRingPath,
    tls,
    retention: { minDays: 1, maxDays: 30, defaultDays: 30, formerDays: 30 },
  };
  const config = join(store.folder, "bridge.json");
  writeFileSync(config, JSON.stringify({ ...content, ...changes }));
  return { config, secrets };
}

/** Where libfaketime gives this process its time, the bridge has the same: it judges certificates that were made here. */
function fakedTime(): NodeJS.ProcessEnv {
  const isFaking = ([name]: [string, unknown]): boolean =>
    name === "LD_PRELOAD" || name.startsWith("FAKETIME");
  return Object.fromEntries(Object.entries(process.env).filter(isFaking));
}

/** Starts the bridge as its supervisor does, with `more` in its environment; resolves when it is up, rejects with what it wrote when it ends instead. */
export async function startBridgeProcess(
  { config, secrets }: ProcessFiles,
  more: NodeJS.ProcessEnv = {},
): Promise<BridgeProcess> {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { NODE_COMPILE_CACHE, CREDENTIALS_DIRECTORY: secrets, ...fakedTime(), ...more };
  const child = fork(main, ["--config", config], {
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
  });
  let complaint = "";
  child.stderr?.on("data", (text: Buffer) => (complaint += text.toString()));
  const [up] = await Promise.race([
    once(child, "message") as Promise<[{ type: string; port: number; metricsPort?: number }]>,
    once(child, "close").then(([code]) => {
      throw new Error(`exit code ${String(code)}: ${complaint}`);
    }),
  ]);
  return { child, port: up.port, metricsPort: up.metricsPort };
}
