import { openSource } from "@purrimeter/secrets/open-source";
import { createLog } from "@purrimeter/service/log";
import { Metrics } from "@purrimeter/service/metrics";
import { systemRandom } from "@purrimeter/service/system-random";
import { systemTime } from "@purrimeter/service/system-time";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { configSchema } from "../config.ts";
import { startNotifier } from "../start-notifier.ts";

/** How a notifier of a test is known, and what is changed of its configuration. */
export interface TestNotifierOptions {
  /** Its own key and certificate, PEM. */
  readonly identity: { readonly key: string; readonly certificate: string };
  /** Who signs its callers, PEM. */
  readonly authority: string;
  readonly config?: Partial<z.input<typeof configSchema>>;
}

/** A notifier in this process, behind a real socket, with a folder for mail unless the configuration says another way. */
export interface TestNotifier {
  /** https://localhost:PORT. */
  readonly url: string;
  readonly port: number;
  /** Where mail is, as plain files. */
  readonly mailFolder: string;
  /** Lines of the log so far. */
  readonly logLines: readonly string[];
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Starts a notifier on a free port. */
export async function startTestNotifier({
  identity,
  authority,
  config: changes,
}: TestNotifierOptions): Promise<TestNotifier> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-notifier-"));
  const secretsFolder = join(folder, "secrets");
  const mailFolder = join(folder, "mail");
  mkdirSync(secretsFolder, { mode: 0o700 });
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  write("secrets/tls-key.pem", identity.key);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  write("secrets/vapid-key.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  write("secrets/mail-key", randomBytes(32).toString("hex"));
  const config = configSchema.parse({
    ...{ host: "127.0.0.1", port: 0 },
    tls: {
      certificate: write("certificate.pem", identity.certificate),
      authority: write("authority.pem", authority),
    },
    mail: { folder: mailFolder, from: "test@purrimeter.example" },
    push: { subject: "mailto:ops@purrimeter.example", navigate: "https://web.test/" },
    ...changes,
  });
  const logLines: string[] = [];
  const log = createLog("notifier", { write: (line: string) => void logLines.push(line) });
  const metrics = new Metrics("notifier");
  const running = await startNotifier({
    ...{
      config,
      log,
      metrics,
      time: systemTime,
      random: systemRandom,
      version: "test",
      committed: () => undefined,
    },
    secrets: await openSource({ process: "notifier", config: { folder: secretsFolder } }),
    alarms: createTestAlarms(() => systemTime.monotonicMs()).alarms,
  });
  const { port } = running.ready;
  return {
    ...{ port, url: `https://localhost:${port}`, mailFolder, logLines, metrics },
    stop: async () => {
      await running.stop(100);
      rmSync(folder, { recursive: true });
    },
  };
}
