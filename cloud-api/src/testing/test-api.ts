import type { HttpBindings } from "@hono/node-server";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { Destinations } from "@purrimeter/notifier/destinations";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { openStore } from "@purrimeter/store/open-store";
import type { StoreEvent } from "@purrimeter/store/store-event";
import type { Store } from "@purrimeter/store/open-store";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { systemTime } from "@purrimeter/service/system-time";
import type { FieldError } from "@purrimeter/service/problem";
import { ClientAddresses } from "@purrimeter/service/client-address";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { AccessTokens } from "../edge/access-tokens.ts";
import { createApp } from "../app.ts";
import type { AppType } from "../app.ts";
import { CommandRates } from "../commands/command-rates.ts";
import { Cursors } from "../lists/cursors.ts";
import { preferencesRoute } from "@purrimeter/auth-api/internal";
import type { RequestLine } from "@purrimeter/service/request-log";
import type { Dependencies } from "../dependencies.ts";
import { EndedSessions } from "../edge/ended-sessions.ts";
import { OwnerDataErasure } from "../accounts/owner-data-erasure.ts";
import { ArchiveJobs } from "../export/archive-jobs.ts";
import { KeySet } from "../edge/key-set.ts";
import { LiveStreams } from "../live/live-streams.ts";
import { AUDIENCE, ISSUER, makeTestKey, NOW_S, randomId, signToken } from "./test-keys.ts";
import type { TestKey } from "./test-keys.ts";
import { NO_REPORT } from "./no-report.ts";

/** What an operator allows who left all settings out. */
export const TEST_BOUNDS = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };

/** The authentication service that tests without one have takes what it is told of an account, and answers nothing else. */
const NOTED = {
  ...({ kind: "answer", status: 204, text: "", body: undefined, mediaType: undefined } as const),
  ...{ retryAfter: undefined, challenge: undefined },
};

/** Where a sync costs nothing: what a cut of power does is the store's to test. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** What bodies of answers may hold; each test reads what it expects there. */
interface AnswerBody {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly items: readonly {
    readonly id: string;
    readonly at: string;
    readonly suspect?: string;
    readonly lastKnown?: string | null;
  }[];
  readonly next: string | null;
  readonly id: string;
  readonly at: string;
  readonly receivedAt: string;
  readonly name: string;
  readonly version: number;
  readonly shape: unknown;
  readonly warnings: readonly {
    readonly depthM: number;
    readonly noSideShare: number;
    readonly wrongSideShare: number;
    readonly message: string;
  }[];
  readonly code: string;
  readonly checkNumber: string;
  readonly share: { readonly id: string };
  readonly settings: {
    readonly wanted: number;
    readonly reported: number;
    readonly ignored?: readonly string[];
  };
  readonly reportIntervalS: number;
  readonly lost: { readonly tag: string; readonly ended: unknown };
  readonly cost: { readonly hours: { readonly expected: number } };
}

/** An answer; `body` is parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: AnswerBody;
}

/** One request; a body that is no text is sent as JSON. */
export interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly token?: string | undefined;
}

/** An owner with a valid token. */
export interface TestOwner {
  readonly id: string;
  readonly session: string;
  readonly token: string;
}

function newKeys() {
  return { databaseKey: randomBytes(32), ringKey: randomBytes(32) };
}

/** The whole API over a real database in a folder of its own. */
export class TestApi {
  /** The app that `ask` asks. */
  app: AppType;
  readonly store: Store;
  readonly key: TestKey;
  readonly ended = new EndedSessions(() => NOW_S as UnixSeconds);
  readonly logged: RequestLine[] = [];
  /** "act tag", in order. */
  readonly acts: string[] = [];
  readonly failures: unknown[] = [];
  readonly #alarms = createTestAlarms(() => this.nowMs);
  /** Rules of security that have tripped, in order. */
  readonly raised: readonly string[] = this.#alarms.raised;
  /** Told of what the store records. */
  told: ((event: StoreEvent) => void) | undefined;
  /** Address that requests come from; requests come without a socket while it is undefined. */
  peer: string | undefined;
  nowMs = 0;
  nowS = NOW_S;
  /** What the store is told of the clock. */
  isClockPlausible = true;
  /** Nothing looks for changes by itself in tests: they call `look`. */
  readonly live: LiveStreams;
  readonly archives: ArchiveJobs;
  /** Where the database is, and what opens it: for another process. */
  readonly place: { readonly folder: string; readonly databaseKey: Buffer; readonly ringKey: Buffer };
  readonly #folder: string;

  constructor(key: TestKey, changes: Partial<Dependencies> = {}, owners?: KeyRing, keys = newKeys()) {
    this.key = key;
    this.#folder = mkdtempSync(join(IN_MEMORY, "purrimeter-cloud-api-"));
    this.place = { folder: this.#folder, ...keys };
    const keyRing = owners ?? openSealedKeyFile(join(this.#folder, "owners.keys"), keys.ringKey);
    this.store = openStore({
      path: join(this.#folder, "locations.db"),
      databaseKey: keys.databaseKey,
      keyRing,
      now: () => this.nowS as UnixSeconds,
      monotonicMs: () => this.nowMs,
      isClockPlausible: () => this.isClockPlausible,
      audit: {
        key: randomBytes(32),
        time: { ...systemTime, utcS: () => this.nowS, after: () => () => undefined },
        failed: (error) => void this.failures.push(error),
        listener: (event) => this.told?.(event),
      },
      minFreeBytes: 0,
      reserveBytes: 0,
    });
    this.ended.heard();
    this.live = new LiveStreams({
      arrivals: this.store.arrivals,
      maxStreams: 1_000,
      pause: () => Promise.resolve(),
      ended: this.ended,
      now: () => this.nowS,
      monotonicMs: () => this.nowMs,
      every: () => () => undefined,
      onFailure: (error) => void this.failures.push(error),
    });
    this.archives = new ArchiveJobs({
      now: () => this.nowS,
      onFailure: (error) => void this.failures.push(error),
    });
    this.app = this.appWith(changes);
  }

  /** From now on `ask` asks an app with these parts. */
  use(changes: Partial<Dependencies>): void {
    this.app = this.appWith(changes);
  }

  /** The API over the same database, with some parts changed. */
  appWith(changes: Partial<Dependencies>): AppType {
    return createApp({ ...this.#dependencies(), ...changes });
  }

  #dependencies(): Dependencies {
    const monotonicMs = (): number => this.nowMs;
    const now = (): UnixSeconds => this.nowS as UnixSeconds;
    const keys = new KeySet(
      () => Promise.resolve({ kind: "answer", body: { keys: [this.key.jwk] } }),
      monotonicMs,
      NO_REPORT,
    );
    const call: Dependencies["auth"]["call"] = ({ path }) =>
      Promise.resolve(path === preferencesRoute.path ? NOTED : ({ kind: "unavailable" } as const));
    const auth = { call };
    const plenty = { burst: 1e9, perSecond: 1e9 };
    return {
      forOwner: (owner) => this.store.forOwner(owner),
      forViewer: (viewer) => this.store.forViewer(viewer),
      finderReports: this.store.finderReports,
      registry: this.store.registry,
      retentionBounds: TEST_BOUNDS,
      retention: this.store.retention,
      trail: this.store.trail,
      live: this.live,
      archives: this.archives,
      readiness: { report: () => Promise.resolve({ status: "ready", checks: {} }) },
      auth,
      erasures: new OwnerDataErasure({
        forOwner: (owner) => this.store.forOwner(owner),
        auth,
        report: NO_REPORT,
        onFailure: (error) => void this.failures.push(error),
      }),
      tokens: new AccessTokens({ issuer: ISSUER, audience: AUDIENCE, keys, ended: this.ended, now }),
      cursors: new Cursors(randomBytes(32)),
      addresses: new ClientAddresses([]),
      ownerRates: new RateLimiter(plenty, monotonicMs),
      addressRates: new RateLimiter(plenty, monotonicMs),
      exportRates: new RateLimiter(plenty, monotonicMs),
      commandRates: new CommandRates(monotonicMs),
      backupKeptDays: 30,
      finderRates: new RateLimiter(plenty, monotonicMs),
      finderTagRates: new RateLimiter(plenty, monotonicMs),
      alerts: {
        channelRates: new RateLimiter(plenty, monotonicMs),
        snoozeRates: new RateLimiter(plenty, monotonicMs),
        endpointRates: new RateLimiter(plenty, monotonicMs),
        destinations: new Destinations([]),
        pushKey: () => Promise.resolve("test-push-key"),
      },
      hosts: new Set(["localhost"]),
      origins: [],
      securityContact: undefined,
      alarms: this.#alarms.alarms,
      now,
      monotonicMs,
      logRequest: (line) => void this.logged.push(line),
      logAct: (act, tag) => void this.acts.push(tag === undefined ? act : `${act} ${tag}`),
      logFailure: (error) => void this.failures.push(error),
    };
  }

  /** `scope`: as in a token that a personal access token was exchanged for. */
  async owner(roles: readonly string[] = ["owner"], scope?: string): Promise<TestOwner> {
    return this.tokenOf(randomId(), roles, scope);
  }

  /** One more session of an account. */
  async tokenOf(id: string, roles: readonly string[] = ["owner"], scope?: string): Promise<TestOwner> {
    const session = randomId();
    const claims = { sub: id, sid: session, roles, ...(scope !== undefined && { scope }) };
    return { id, session, token: await signToken(this.key, claims) };
  }

  async ask(path: string, { method = "GET", body, headers = {}, token }: Ask = {}): Promise<Answer> {
    const all = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    };
    const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    const init = { method, headers: all, body: text };
    const response = await this.app.request(`http://localhost${path}`, init, this.#bindings(path, headers));
    const answer = await textOf(response);
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
      status: response.status,
      headers: response.headers,
      text: answer,
      body: (isJson ? JSON.parse(answer) : undefined) as AnswerBody,
    };
  }

  /** As the adapter hands a request over that came through a socket. */
  #bindings(url: string, headers: Record<string, string>): Partial<HttpBindings> | undefined {
    if (this.peer === undefined) return undefined;
    const rawHeaders = ["host", headers["host"] ?? "localhost"];
    const incoming = { url, rawHeaders, socket: { remoteAddress: this.peer } };
    return { incoming: incoming as HttpBindings["incoming"] };
  }

  /** Registers a tag and has the owner claim it through the API. */
  async claimedTag(owner: TestOwner, name = "Mimi"): Promise<TagId> {
    const id = `cat-${randomBytes(4).toString("hex")}` as TagId;
    const code = createClaimCode();
    await this.store.registry.register(id, code, NOW_S as UnixSeconds);
    const answer = await this.ask("/v1/tags/claim", {
      method: "POST",
      body: { code, name },
      token: owner.token,
    });
    if (answer.status !== 201) throw new Error(`claim answered ${answer.status}`);
    return id;
  }

  /** Reads what a live stream sends; each call gives the next chunk, undefined at its end. */
  async follow(
    path: string,
    token: string,
    lastEventId?: string,
  ): Promise<() => Promise<string | undefined>> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    };
    const response = await this.app.request(`http://localhost${path}`, { headers });
    if (response.status !== 200 || response.body === null)
      throw new Error(`live answered ${response.status}`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    return async () => {
      const { value } = await reader.read();
      return value === undefined ? undefined : Buffer.from(value).toString();
    };
  }

  async close(): Promise<void> {
    this.live.close();
    await this.archives.stop();
    await this.store.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A live stream has no end: only its beginning was asked for. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return response.text();
  await response.body?.cancel();
  return "";
}

/** `owners`: the key ring; a sealed file of its own when it is left out. */
export async function makeTestApi(changes: Partial<Dependencies> = {}, owners?: KeyRing): Promise<TestApi> {
  return new TestApi(await makeTestKey("k1"), changes, owners);
}
