import { createLog, errorCode } from "@purrimeter/service/log";
import { openDatabase } from "@purrimeter/database/open-database";
import { openSecrets } from "@purrimeter/secrets/open-secrets";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { AccessTokens } from "./login/access-tokens.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { createApp } from "./http/create-app.ts";
import { createService } from "./create-service.ts";
import { listen } from "./http/listen.ts";
import { openFileMailer } from "./mail/file-mailer.ts";
import type { Mailer } from "./mail/mailer.ts";
import { openSmtpMailer } from "./mail/smtp-mailer.ts";
import { DEFAULT_COST } from "./password/password-hasher.ts";
import { readSigningKeys } from "./signing-keys/read-signing-keys.ts";
import { AUTH_MIGRATIONS } from "./schema.ts";

/** Shorter than the 4 s after which the supervisor loses patience. */
const GRACE_MS = 2_500;

const log = createLog("auth");
const now = (): number => Math.floor(Date.now() / 1_000);
const monotonicMs = (): number => performance.now();

async function start(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("--config FILE is missing");
  const config = readConfig(values.config);
  const secrets = await openSecrets({
    process: "auth",
    config: config.secrets,
    credentials: process.env["CREDENTIALS_DIRECTORY"],
  });
  const databaseKey = secrets.readKey("database-key");
  const database = openDatabase({ path: config.database, key: databaseKey, migrations: AUTH_MIGRATIONS });
  const service = await createService({
    database,
    databaseKey,
    ...readSigningKeys(secrets),
    issuer: config.issuer,
    audience: config.audience,
    cost: DEFAULT_COST,
    relyingParty: config.passkeys,
    mailer: chooseMailer(config, secrets),
    linkBase: config.mail?.linkBase ?? "",
    log,
    now,
    monotonicMs,
  });
  const listener = await listen(createApp(service, monotonicMs), {
    host: config.host,
    port: config.port,
    certificate: readFileSync(config.tls.certificate, "utf8"),
    key: secrets.read("tls-key.pem").toString("utf8"),
    authority: readFileSync(config.tls.authority, "utf8"),
    refused: (reason) => log.warn("connection refused", { event: "connection.refused", reason }),
  });
  process.on("SIGHUP", () => {
    replaceKeys(service.tokens, secrets).catch((error: unknown) => {
      log.error("the signing keys cannot be read; the old ones stay", {
        event: "keys.unread",
        code: errorCode(error),
      });
    });
  });
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
  log.info("ready", { event: "ready", port: listener.port });
  process.send?.({ type: "ready", port: listener.port });

  async function stop(): Promise<void> {
    const closed = listener.close(GRACE_MS);
    // Answers the gateways that wait for a session to end.
    service.endings.stop();
    await closed;
    await service.mailQueue.flush();
    await service.audit.flush();
    await service.database.destroy();
    log.info("stopped", { event: "stopped" });
    if (process.connected) process.disconnect();
  }
}

async function replaceKeys(tokens: AccessTokens, secrets: Secrets): Promise<void> {
  await secrets.reload();
  await tokens.replaceKeys(readSigningKeys(secrets));
  log.info("signing keys read anew", { event: "keys.read", count: tokens.jwks.keys.length });
}

function chooseMailer({ mail }: Config, secrets: Secrets): Mailer {
  if (!mail) return { send: sayUnsent };
  if ("folder" in mail) return openFileMailer({ folder: mail.folder, from: mail.from, now });
  const { authority, user, ...server } = mail.smtp;
  const password = (): string => secrets.read("smtp-password").toString("utf8").trim();
  const login = user === undefined ? undefined : { user, password: password() };
  const pem = authority === undefined ? undefined : readFileSync(authority, "utf8");
  return openSmtpMailer({ ...server, from: mail.from, login, authority: pem });
}

function sayUnsent(): Promise<void> {
  log.warn("no mail is configured, so none was sent", { event: "mail.off" });
  return Promise.resolve();
}

function explain(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  if (code === "EADDRINUSE") return `port ${String(port)} is in use`;
  if (code === "EACCES" && port !== undefined) return `port ${String(port)} may not be used by this user`;
  return message ?? "unknown fault";
}

start().catch((error: unknown) => {
  process.stderr.write(`auth: ${explain(error)}\n`);
  process.exitCode = 1;
});
