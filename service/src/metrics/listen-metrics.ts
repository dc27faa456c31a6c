import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { namesOnly } from "../http/request-hosts.ts";
import { COMMITS_MEDIA_TYPE } from "../http/commits-media-type.ts";
import { MAX_COMMIT_LISTENERS, type CommitNotices } from "./commit-notices.ts";
import type { ReadinessReport } from "./readiness.ts";
import type { Metrics } from "./metrics.ts";

const HOST = "127.0.0.1";

/** Names that a collector on this machine uses. A page that rebinds its own name to 127.0.0.1 uses that name. */
const HOSTS: ReadonlySet<string> = new Set([HOST, "localhost"]);

const HEADERS_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const MAX_HEADER_BYTES = 4_096;
const MAX_HEADERS = 32;
const MAX_CONNECTIONS = 16;

/** What this process tells of itself. */
export interface MetricsListenerOptions {
  /** 0: any. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Whether requests can be served now, and what each check found. */
  readonly readiness: () => Promise<ReadinessReport>;
  /** Of this process; there is nothing at /commits unless it is given. */
  readonly commits?: CommitNotices | undefined;
}

/** A listener that runs. */
export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly mediaType?: string;
  readonly allow?: string;
}

/**
 * Answers GET /metrics (Prometheus), /v1/ready (each check, as JSON), /healthz (the process runs), /readyz (it serves) and /commits (a byte when something was committed), on
 * 127.0.0.1 alone and for programs alone. Without TLS and without a token: whoever is on this machine may know it, and nothing in it names a person or a place.
 */
export async function listenMetrics(options: MetricsListenerOptions): Promise<MetricsListener> {
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(limits, (incoming, outgoing) => void answer(incoming, outgoing, options));
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(options.port, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      options.commits?.close();
      return close(server);
    },
  };
}

const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: MetricsListenerOptions,
): Promise<void> {
  // A body is not read: the connection ends instead.
  const hasBody =
    incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined;
  if (isForCommits(incoming, options) && options.commits?.listeners !== MAX_COMMIT_LISTENERS) {
    outgoing.writeHead(200, { ...HEADERS, "content-type": COMMITS_MEDIA_TYPE, connection: "close" });
    outgoing.flushHeaders();
    options.commits?.add(outgoing);
    return;
  }
  const { status, text, mediaType = "text/plain; charset=utf-8", allow } = await answerTo(incoming, options);
  outgoing.writeHead(status, {
    "content-type": mediaType,
    "content-length": Buffer.byteLength(text),
    ...HEADERS,
    ...(allow !== undefined && { allow }),
    ...(hasBody && { connection: "close" }),
  });
  outgoing.end(text);
}

/** What is wrong with who asks or how, whatever they ask for. */
function refusalOf(incoming: IncomingMessage): Answer | undefined {
  if (!namesOnly(incoming, HOSTS))
    return { status: 421, text: "This listener does not answer for that host.\n" };
  if (incoming.headers.origin !== undefined || incoming.headers["sec-fetch-site"] !== undefined)
    return { status: 403, text: "This listener does not answer pages.\n" };
  if (incoming.method !== "GET") return { status: 405, text: "Only GET is allowed.\n", allow: "GET" };
  return undefined;
}

function isForCommits(incoming: IncomingMessage, { commits }: MetricsListenerOptions): boolean {
  return commits !== undefined && incoming.url === "/commits" && refusalOf(incoming) === undefined;
}

async function answerTo(
  incoming: IncomingMessage,
  { commits, metrics, readiness }: MetricsListenerOptions,
): Promise<Answer> {
  const refusal = refusalOf(incoming);
  if (refusal !== undefined) return refusal;
  switch (incoming.url ?? "") {
    case "/metrics":
      return { status: 200, ...(await metrics.text()) };
    case "/healthz":
      return { status: 200, text: "ok\n" };
    case "/readyz":
      return plainReadiness(await readiness());
    case "/v1/ready":
      return fullReadiness(await readiness());
    case "/commits":
      if (commits !== undefined) return { status: 503, text: "Too many follow already.\n" };
      return { status: 404, text: "There is nothing at this path.\n" };
    default:
      return { status: 404, text: "There is nothing at this path.\n" };
  }
}

function plainReadiness({ status }: ReadinessReport): Answer {
  return status === "ready" ? { status: 200, text: "ready\n" } : { status: 503, text: "not ready\n" };
}

function fullReadiness(report: ReadinessReport): Answer {
  const mediaType = "application/json";
  return { status: report.status === "ready" ? 200 : 503, text: `${JSON.stringify(report)}\n`, mediaType };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
