import { getRequestListener } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import type { AppEnvironment } from "./app-environment.ts";
import { GATEWAY_NAME } from "./cloud-api-interface.ts";

/** A gateway on a local network sends what it has at once. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;
/** Longer than the gateway keeps idle connections, so that it closes first. */
const KEEP_ALIVE_MS = 65_000;
const HANDSHAKE_TIMEOUT_MS = 5_000;
const MAX_HEADER_BYTES = 8_192;
const MAX_HEADERS = 64;
const MAX_CONNECTIONS = 512;

/** Where and as whom to listen. All texts are PEM. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
  /** Whose certificates are the gateway's. */
  readonly authority: string;
  /** Called for every connection that is refused, with one of our reasons. */
  readonly refused: (reason: "not-the-gateway" | "handshake") => void;
  /** 10 s unless a test says otherwise. */
  readonly requestTimeoutMs?: number;
}

/** A service that listens. */
export interface Listener {
  readonly port: number;
  /** Stops accepting, lets requests under way end for `graceMs`, then drops the rest. */
  close(graceMs: number): Promise<void>;
}

/** Listens with TLS 1.3 and client certificates only, and hands the gateway's requests to the app. Rejects as `listen` does. */
export async function listen(app: OpenAPIHono<AppEnvironment>, options: ListenOptions): Promise<Listener> {
  const server = createServer(tlsOptions(options));
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const answering = new Set<ServerResponse>();
  server.on("request", (request, response) => {
    answering.add(response);
    response.on("close", () => answering.delete(response));
    void answer(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  server.on("tlsClientError", () => options.refused("handshake"));
  server.prependListener("secureConnection", (socket) => {
    if (isGateway(socket)) return;
    options.refused("not-the-gateway");
    socket.destroy();
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, answering, graceMs),
  };
}

function tlsOptions({ certificate, key, authority, requestTimeoutMs }: ListenOptions): object {
  return {
    cert: certificate,
    key,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.3",
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs ?? REQUEST_TIMEOUT_MS),
    requestTimeout: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeoutMs ?? TIMEOUT_CHECK_MS),
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}

/** Node's TLS has verified the chain before this is asked. */
function isGateway(socket: TLSSocket): boolean {
  return (
    socket.authorized &&
    socket.getPeerX509Certificate()?.subject.split("\n").includes(`CN=${GATEWAY_NAME}`) === true
  );
}

async function close(server: Server, answering: ReadonlySet<ServerResponse>, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  for (const response of answering) if (!response.headersSent) response.setHeader("connection", "close");
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
