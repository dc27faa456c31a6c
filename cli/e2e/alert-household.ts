import { SmtpServer } from "@purrimeter/notifier/testing/smtp-server";
import { systemTime } from "@purrimeter/service/system-time";
import { createTestCertificates } from "@purrimeter/service/testing/test-certificates";
import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { overrideSettings } from "../src/configuration/override-settings.ts";
import { defaultSettings } from "../src/configuration/read-settings.ts";
import type { Settings } from "../src/configuration/settings-schema.ts";
import { newCredentials } from "../src/scenarios/demo-account.ts";
import { OwnerApi } from "../src/scenarios/owner-api.ts";
import { SERVICE_NAMES } from "../src/services/service-registry.ts";
import { startServices, type RunningServices } from "../src/supervisor/start-services.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { AlertReceivers } from "./alert-receivers.ts";
import { until } from "./running-purrimeter.ts";

/** Names of the endpoints in the order of their channels: three over HTTP and one by mail. */
export const ENDPOINTS = ["webhook", "push", "ntfy", "email"] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

const ALERT_MAIL = "family@example.org";

/** A message to a person, whatever it came by. */
export interface Told {
  readonly at: EndpointName;
  /** Under which a person would be shown it once. */
  readonly id: string;
  readonly text: string;
}

/** All services as processes, and an owner with a channel of each kind that leads to a real server on loopback. */
export class AlertHousehold {
  readonly folder = mkdtempSync(join(tmpdir(), "purrimeter-alerts-"));
  readonly receivers: AlertReceivers;
  readonly smtp: SmtpServer;
  services!: RunningServices;
  owner!: OwnerApi;
  readonly #restarts = new Map<string, number>();
  readonly #push: ECDH = createECDH("prime256v1");
  readonly #pushSecret = randomBytes(16);

  private constructor(receivers: AlertReceivers, smtp: SmtpServer) {
    this.receivers = receivers;
    this.smtp = smtp;
    this.#push.generateKeys();
  }

  /** Resolves when everything runs and the owner is logged in. */
  static async start(): Promise<AlertHousehold> {
    const certificates = await createTestCertificates();
    const smtp = await SmtpServer.start({ ...(await certificates.identity("smtp")), tls: "starttls" });
    const household = new AlertHousehold(await AlertReceivers.start(), smtp);
    try {
      await household.#start(certificates.authority);
    } catch (error) {
      await household.stop();
      throw error;
    }
    return household;
  }

  async stop(): Promise<void> {
    this.owner?.close();
    await this.services?.stop();
    await this.receivers.stop();
    this.smtp.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes a channel for each endpoint and proves it by the code that it is sent. Resolves with their ids. */
  async addChannels(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const name of ENDPOINTS) {
      const endpoint = this.#endpoint(name);
      const made = await this.owner.call("POST", "/v1/alert-channels", { name, endpoint });
      const { id } = made as { readonly id: string };
      let code: string | undefined;
      await until(() => (code = this.#codeOf(name)) !== undefined);
      await this.owner.call("POST", `/v1/alert-channels/${id}/prove`, { code });
      ids.push(id);
    }
    return ids;
  }

  /** How often a service was started again and became ready. */
  restartsOf(name: string): number {
    return this.#restarts.get(name) ?? 0;
  }

  /** What people were told so far, codes of endpoints left out. */
  told(): readonly Told[] {
    return this.#all().filter(({ text }) => !/\bcode\b/iu.test(text));
  }

  #codeOf(name: EndpointName): string | undefined {
    const text = this.#all().findLast((told) => told.at === name && /\bcode\b/iu.test(told.text))?.text;
    return text === undefined ? undefined : (/\b[A-Z2-9]{4}-?[A-Z2-9]{4}\b/u.exec(text)?.[0] ?? undefined);
  }

  #all(): Told[] {
    const { messages } = this.receivers;
    const overHttp = messages.map(({ at, id, body }) => {
      const text = at === "push" ? this.#decrypt(body).toString() : body.toString();
      return { at: at as EndpointName, id, text };
    });
    return [...overHttp, ...mailsTo(this.smtp, ALERT_MAIL)];
  }

  #endpoint(name: EndpointName): object {
    if (name === "email") return { kind: name, address: ALERT_MAIL };
    const url = this.receivers.urlOf(name);
    if (name !== "push") return { kind: name, url };
    const keys = [this.#push.getPublicKey(), this.#pushSecret].map((key) => key.toString("base64url"));
    return { kind: name, url, p256dh: keys[0], auth: keys[1] };
  }

  /** As a browser does (RFC 8291, RFC 8188). */
  #decrypt(body: Buffer): Buffer {
    const [salt, theirs, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#push.getPublicKey(), theirs]);
    const shared = this.#push.computeSecret(theirs);
    const input = Buffer.from(hkdfSync("sha256", shared, this.#pushSecret, info, 32));
    const derived = (name: string, length: number): Buffer =>
      Buffer.from(hkdfSync("sha256", input, salt, Buffer.from(`Content-Encoding: ${name}\0`), length));
    const decipher = createDecipheriv("aes-128-gcm", derived("aes128gcm", 16), derived("nonce", 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2));
  }

  async #start(smtpAuthority: string): Promise<void> {
    const file = (name: string, text: string): string => {
      const path = join(this.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const settings: Settings = {
      ...overrideSettings(defaultSettings(SERVICE_NAMES), { port: 0, mqttPort: 0 }),
      ...this.#settings(file("smtp.pem", smtpAuthority), file("receivers.pem", this.receivers.authority)),
    };
    const services = await startServices({
      data: join(this.folder, "data"),
      settings,
      time: systemTime,
      writeLine: () => () => undefined,
      onRestart: (name) => void this.#restarts.set(name, this.restartsOf(name) + 1),
      rootKey: "discard",
    });
    if (isFailure(services)) throw new Error(services.failure);
    this.services = services;
    const authority = readFileSync(services.files.authority.root, "utf8");
    this.owner = new OwnerApi(`https://localhost:${services.portOf("cloud-api")}`, authority, systemTime);
    await this.#enter();
  }

  #settings(smtpAuthority: string, authority: string): Partial<Settings> {
    const smtp = { host: "127.0.0.1", port: this.smtp.port, tls: "starttls", authority: smtpAuthority };
    const base = defaultSettings(SERVICE_NAMES);
    return {
      mail: { ...base.mail, smtp },
      alerts: { ...base.alerts, allowedNetworks: ["127.0.0.0/8", "::1/128"], authority },
    } as Partial<Settings>;
  }

  /** Registers an owner and reads the link of the mail as a person would. */
  async #enter(): Promise<void> {
    const credentials = newCredentials();
    await this.owner.register(credentials);
    let token: string | undefined;
    await until(() => {
      const [mail] = mailsTo(this.smtp, credentials.email);
      token = mail === undefined ? undefined : /#verify=([\w-]+)/u.exec(mail.text)?.[1];
      return token !== undefined;
    });
    await this.owner.verify(token ?? "");
    await this.owner.enter(credentials);
  }
}

/** Messages that the mail server took for an address. */
function mailsTo({ messages }: SmtpServer, address: string): Told[] {
  return messages.filter(({ to }) => to === address).map(({ lines }) => mailOf(lines));
}

function mailOf(lines: readonly string[]): Told {
  const id = lines.map((line) => /^Message-ID: <([a-z2-7]{26})@/iu.exec(line)?.[1]).find(Boolean) ?? "";
  const text = lines.join("\n").replaceAll("=\n", "").replaceAll("=3D", "=");
  return { at: "email", id, text };
}
