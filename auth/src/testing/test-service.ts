import { INTERNAL_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { listen } from "@purrimeter/service/listen";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import { createLog } from "@purrimeter/service/log";
import { SECURITY_HEADERS } from "@purrimeter/service/security-headers";
import { systemTime } from "@purrimeter/service/system-time";
import type { Time } from "@purrimeter/service/time";
import { openDatabase } from "@purrimeter/database/open-database";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CALLERS, CLIENT_ADDRESS_HEADER } from "@purrimeter/auth-api/internal";
import type { AuthService } from "../auth-service.ts";
import { createApp } from "../http/create-app.ts";
import { createService } from "../create-service.ts";
import type { Mail, Mailer } from "../mail/mailer.ts";
import type { Argon2Cost } from "../password/password-hasher.ts";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { makeTestCertificates } from "./test-certificates.ts";
import type { TestCertificates, TestIdentity } from "./test-certificates.ts";

export const ISSUER = "https://auth.test";
export const AUDIENCE = "purrimeter-test";

/** Cheap enough for many logins in a test. */
export const TEST_COST: Argon2Cost = { memoryKiB: 64, passes: 1, lanes: 1 };

export const RELYING_PARTY = { id: "web.test", origins: ["https://web.test"] };

/** One request; cloud-api's certificate and an address of its own unless told otherwise. */
interface Call {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly address?: string;
  readonly headers?: Record<string, string>;
  /** Sends the body without its length. */
  readonly chunked?: boolean;
  readonly identity?: TestIdentity | undefined;
  readonly tls?: RequestOptions;
}

/** What bodies of answers hold, all of it at most. */
interface AnswerBody {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly challenge: string;
  readonly methods: readonly string[];
  readonly options: { readonly challenge: string };
  readonly email: string;
  readonly mailVerified: boolean;
  readonly roles: readonly string[];
  readonly token: string;
  readonly id: string;
  readonly secret: string;
  readonly uri: string;
  readonly recoveryCodes: readonly string[];
  readonly type: string;
  readonly detail: string;
  readonly errors: readonly { readonly field: string; readonly message: string; readonly limit?: number }[];
  readonly items: readonly {
    readonly sid: string;
    readonly until: number;
    readonly id: string;
    readonly current: boolean;
  }[];
  readonly next: number;
  readonly openapi: string;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly additionalProperties?: boolean }>>;
  };
  readonly keys: readonly (Readonly<Record<string, string>> & { readonly kid: string })[];
}

/** An answer; `body` is parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

/** The service in this process, behind a real socket. */
export interface TestService {
  readonly service: AuthService;
  readonly certificates: TestCertificates;
  readonly signingKey: KeyObject;
  readonly port: number;
  readonly databasePath: string;
  readonly databaseKey: Buffer;
  readonly auditKey: Buffer;
  /** Lines of the log so far. */
  readonly logLines: readonly string[];
  /** Rules of security that have tripped so far. */
  readonly raised: readonly string[];
  /** Messages that were sent so far. */
  readonly mails: readonly Mail[];
  /** Reasons of refused connections so far. */
  readonly refused: readonly string[];
  /** Seconds of UTC that the service sees; tests move it. */
  readonly clock: { s: number; ms: number };
  /** Its clocks are the one above, its timers the machine's. */
  readonly time: Time;
  call(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

interface TestServiceOptions {
  readonly cost?: Argon2Cost;
  readonly requestTimeoutMs?: number;
}

/** Starts a service on a free port with a new database. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-auth-"));
  const certificates = makeTestCertificates();
  const { privateKey: signingKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const databaseKey = randomBytes(32);
  const database = openDatabase({
    path: join(folder, "accounts.db"),
    key: databaseKey,
    migrations: AUTH_MIGRATIONS,
  });
  const clock = { s: 1_800_000_000, ms: 0 };
  const logLines: string[] = [];
  const refused: string[] = [];
  const monotonicMs = (): number => clock.ms;
  const time = { ...systemTime, utcMs: () => clock.s * 1_000, utcS: () => clock.s, monotonicMs };
  const log = createLog("auth", { write: (line: string) => void logLines.push(line) });
  const names = { issuer: ISSUER, audience: AUDIENCE };
  const auditKey = randomBytes(32);
  const keys = { databaseKey, auditKey, signingKey, otherKeys: [] };
  const cost = options.cost ?? TEST_COST;
  const mails: Mail[] = [];
  const mailer: Mailer = { send: (mail) => Promise.resolve(void mails.push(mail)) };
  const links = { mailer, linkBase: "https://web.test/", relyingParty: RELYING_PARTY };
  const { alarms, raised } = createTestAlarms(monotonicMs);
  const parts = { ...links, database, ...keys, ...names, cost, log, time, alarms };
  const service = await createService(parts);
  const { requestTimeoutMs = INTERNAL_HTTP_LIMITS.requestTimeoutMs } = options;
  const listener = await listen(createApp(service, monotonicMs).fetch, {
    host: "127.0.0.1",
    port: 0,
    ...certificates.server,
    client: { authority: certificates.authority, name: CALLERS },
    limits: { ...INTERNAL_HTTP_LIMITS, requestTimeoutMs },
    headers: SECURITY_HEADERS,
    time,
    onRefused: ({ kind, reason }) => refused.push(`${kind}: ${reason}`),
  });
  const agent = new Agent({ keepAlive: true });
  const { port } = listener;
  return {
    ...{
      service,
      certificates,
      signingKey,
      port,
      databaseKey,
      auditKey,
      databasePath: join(folder, "accounts.db"),
      logLines,
      raised,
      mails,
      refused,
      clock,
      time,
    },
    call: (call) => send(call, port, certificates, agent),
    close: async () => {
      agent.destroy();
      await listener.close(100);
      await service.mailQueue.flush();
      await service.audit.close();
      await service.database.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

function send(call: Call, port: number, certificates: TestCertificates, agent: Agent): Promise<Answer> {
  const body =
    call.body === undefined
      ? undefined
      : Buffer.from(typeof call.body === "string" ? call.body : JSON.stringify(call.body));
  const identity = "identity" in call ? call.identity : certificates.cloudApi;
  const headers: Record<string, string | number> = { [CLIENT_ADDRESS_HEADER]: call.address ?? "192.0.2.1" };
  if (body) headers["content-type"] = "application/json";
  if (body && call.chunked !== true) headers["content-length"] = body.length;
  Object.assign(headers, call.headers);
  const options: RequestOptions = {
    ...{ host: "127.0.0.1", port, path: call.path, headers, agent, ca: certificates.authority },
    method: call.method ?? (body ? "POST" : "GET"),
    ...(identity && { key: identity.key, cert: identity.certificate }),
    ...call.tls,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () => {
        const isJson = /json/u.test(incoming.headers["content-type"] ?? "");
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: isJson ? (JSON.parse(text) as AnswerBody) : ({} as AnswerBody),
        });
      });
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
