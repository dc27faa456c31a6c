import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer } from "node:https";
import type { Server, ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { problem, problemResponse } from "./problem.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_TIMEOUT_MS = 30_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;

/** An access token is the longest header of ours. */
const MAX_HEADER_BYTES = 16_384;
const MAX_HEADERS = 64;

/** About 35 KiB each. */
const MAX_CONNECTIONS = 4_096;

/**
 * No page may frame, cache, sniff or run anything from an answer. Set here, on the outgoing message, because what
 * changes an answer of the app afterwards takes it off the adapter's fast way.
 */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["Strict-Transport-Security", "max-age=63072000; includeSubDomains"],
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cache-Control", "no-store"],
  // Locations are JSON or GeoJSON by Accept; a header of the answer's own would cost more than reading the location.
  ["Vary", "Accept"],
];

/** Where to listen, and how slow a client may be. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** PEM of leaf and issuer, and of the leaf's key. */
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  /** Shorter in tests. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/** A server that runs. */
export interface Listening {
  readonly port: number;
  /** Lets requests under way end for `graceMs`, then ends the connections. */
  close(graceMs: number): Promise<void>;
}

function serverOptions(options: ListenOptions): ServerOptions {
  return {
    cert: options.certificate,
    key: options.key,
    minVersion: "TLSv1.3",
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    headersTimeout: options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    `The header has more than ${MAX_HEADER_BYTES} bytes.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request did not come in time."],
};

/** What cannot be parsed as HTTP never reaches the app; it is answered with a problem all the same. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const known = CLIENT_ERRORS[error.code ?? ""];
  const [status, detail] = known ?? ["400 Bad Request", "This is no HTTP/1.1 request."];
  const title = status.slice(4);
  const body = JSON.stringify({ type: "about:blank", title, status: Number(status.slice(0, 3)), detail });
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n`;
  socket.end(`${head}Cache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const rest = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(rest);
}

/** Listens with TLS 1.3 and hands requests to the app. Rejects as `server.listen` fails. */
export async function listen(
  fetch: Parameters<typeof getRequestListener>[0],
  options: ListenOptions,
): Promise<Listening> {
  const errorHandler = (): Response =>
    problemResponse(problem("invalid-request", "The request cannot be read."));
  const listener = getRequestListener(fetch, { errorHandler });
  const server = createServer(serverOptions(options), (incoming, outgoing) => {
    for (const [name, value] of SECURITY_HEADERS) outgoing.setHeader(name, value);
    void listener(incoming, outgoing);
  });
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", answerClientError);
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, close: (graceMs) => close(server, graceMs) };
}
