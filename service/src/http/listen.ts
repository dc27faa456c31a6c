import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer } from "node:https";
import type { ServerResponse } from "node:http";
import type { Server, ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Time } from "../time/time.ts";
import { answerClientError } from "./answer-client-error.ts";
import { commonProblems } from "./common-problems.ts";
import { CAP_REASONS, ConnectionGate } from "./connection-gate.ts";
import type { CapReached } from "./connection-gate.ts";
import { followConnections } from "./follow-connections.ts";
import { GracefulEnd } from "./graceful-end.ts";
import type { HttpLimits } from "./http-limits.ts";
import { peerName } from "./peer-name.ts";
import { PROBLEM_MEDIA_TYPE, problemResponse } from "./problem.ts";
import { requestFault } from "./request-fault.ts";
import { tlsFailure } from "./tls-failure.ts";

/** How often Node looks for requests whose time is over. */
const TIMEOUT_CHECK_MS = 1_000;

/** A connection that was refused before any request of it was read, and why; all texts are constants, so they may be logged. */
export interface RefusedConnection {
  readonly kind: "handshake" | "peer" | CapReached;
  /** Code of Node or OpenSSL: "CERT_HAS_EXPIRED"; "none" for a refusal of our own. */
  readonly code: string;
  /** What it means: "certificate has expired". */
  readonly reason: string;
}

/** The only clients that are let in. */
interface RequiredClient {
  /** Who signs them, PEM. */
  readonly authority: string | Buffer;
  /** Common name of their certificate, or those that it may have: a route then asks `peerName` who calls. */
  readonly name: string | readonly string[];
}

/** Where, as whom and for whom to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** PEM of leaf and issuer, and of the leaf's key. */
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  /** Anybody is let in unless this is given. */
  readonly client?: RequiredClient;
  readonly limits: HttpLimits;
  /** Peers whose connections are not counted by address: trusted proxies. */
  readonly isUncounted?: (address: string) => boolean;
  /** Set on every answer: security headers and those of the API. */
  readonly headers: readonly (readonly [string, string])[];
  readonly time: Time;
  /** Told of every connection that is refused. Whoever connects can make this happen as often as they like. */
  readonly onRefused: (refused: RefusedConnection) => void;
}

/** A server that runs. */
export interface Listening {
  readonly port: number;
  /** Connections at present, handshakes included. */
  readonly connections: number;
  /** Stops accepting, lets requests under way end for `graceMs`, then ends all connections. */
  close(graceMs: number): Promise<void>;
}

/** Answers a request, as an app of Hono's does. */
export type Fetch = Parameters<typeof getRequestListener>[0];

/** Listens with TLS 1.3 and hands requests to the app. Rejects as `server.listen` fails. */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<Listening> {
  const server = createServer(serverOptions(options));
  const { isUncounted = () => false, limits } = options;
  const monotonicMs = (): number => options.time.monotonicMs();
  const gate = new ConnectionGate({ ...limits, isUncounted, monotonicMs });
  server.maxHeadersCount = limits.maxHeaders;
  // Of a socket on which nothing moves: an answer that is not read. A silent client is ended by the other timeouts before.
  server.timeout = limits.unreadTimeoutMs;
  guardConnections(server, gate, options);
  followConnections(server, gate, { isMutual: options.client !== undefined });
  const end = new GracefulEnd(server);
  answerRequests(server, fetch, options);
  server.listen(options.port, options.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return gate.size;
    },
    close: async (graceMs) => {
      const closed = once(server, "close");
      server.close();
      end.begin();
      const cancel = options.time.after(graceMs, () => gate.destroyAll());
      await closed;
      cancel();
    },
  };
}

function serverOptions({ certificate, key, client, limits }: ListenOptions): ServerOptions {
  const mutual = client && { ca: client.authority, requestCert: true, rejectUnauthorized: true };
  return {
    cert: certificate,
    key,
    ...mutual,
    minVersion: "TLSv1.3",
    handshakeTimeout: limits.handshakeTimeoutMs,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, limits.requestTimeoutMs),
    maxHeaderSize: limits.maxHeaderBytes,
    // Node would answer in words of its own; requestFault asks for it.
    requireHostHeader: false,
  };
}

/** Puts a condition before what Node does with an event; Node's own listeners never see a socket that was refused. */
function guard<S extends Socket>(server: Server, event: string, isAdmitted: (socket: S) => boolean): void {
  const own = server.listeners(event) as ((socket: S) => void)[];
  server.removeAllListeners(event);
  server.on(event, (socket: S) => {
    if (isAdmitted(socket)) for (const listener of own) listener.call(server, socket);
    else socket.on("error", ignoreError).destroy();
  });
}

function guardConnections(server: Server, gate: ConnectionGate, { client, onRefused }: ListenOptions): void {
  guard(server, "connection", (socket: Socket) => {
    const reached = gate.admit(socket);
    if (reached !== undefined) onRefused({ kind: reached, code: "none", reason: CAP_REASONS[reached] });
    return reached === undefined;
  });
  guard(server, "secureConnection", (socket: TLSSocket) => {
    const isExpected = client === undefined || isNamed(socket, [client.name].flat());
    if (!isExpected) onRefused({ kind: "peer", code: "none", reason: "the peer has another name" });
    return isExpected;
  });
  // Node would answer a failed handshake as if it were a bad request.
  server.removeAllListeners("tlsClientError");
  server.on("tlsClientError", (error, socket) => {
    onRefused({ kind: "handshake", ...tlsFailure(error, socket) });
    socket.on("error", ignoreError).destroy();
  });
}

function isNamed(socket: TLSSocket, names: readonly string[]): boolean {
  const name = peerName(socket);
  return name !== undefined && names.includes(name);
}

function answerRequests(server: Server, fetch: Fetch, { headers, limits }: ListenOptions): void {
  const errorHandler = (): Response =>
    problemResponse(commonProblems.problem("invalid-request", "The request cannot be read."));
  const listener = getRequestListener(fetch, { errorHandler });
  server.on("request", (incoming, outgoing) => {
    for (const [name, value] of headers) outgoing.setHeader(name, value);
    const fault = requestFault(incoming);
    if (fault === undefined) void listener(incoming, outgoing);
    else refuseRequest(outgoing, fault);
  });
  server.on("clientError", (error, socket) => answerClientError(error, socket as Socket, limits));
}

/** The connection ends too: what comes next on it may be meant for somebody else. */
function refuseRequest(outgoing: ServerResponse, detail: string): void {
  const problem = commonProblems.problem("invalid-request", detail);
  const body = Buffer.from(JSON.stringify(problem));
  outgoing.writeHead(problem.status, {
    Connection: "close",
    "Content-Type": PROBLEM_MEDIA_TYPE,
    "Cache-Control": "no-store",
    "Content-Length": body.length,
  });
  outgoing.end(body);
}

/** The peer went away while it was being refused. */
function ignoreError(): void {}
