import { createServer, type AddressInfo } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { CAP_REASONS, ConnectionGate } from "@purrimeter/service/connection-gate";
import { tlsFailure } from "@purrimeter/service/tls-failure";
import { TlsPairs } from "@purrimeter/service/tls-pairs";
import type { BridgeLimits } from "./bridge-limits.ts";
import { identifyPeer, tagIssuers, type PeerIdentity } from "./peer-identity.ts";
import { revokedSerials } from "./revoked-serials.ts";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";
import { tlsContext, type TlsFiles, type TlsVersion } from "./tls-context.ts";

export interface TlsListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly version: TlsVersion;
  readonly tls: TlsFiles;
  readonly limits: BridgeLimits;
  /** Peers whose connections are not counted by address: trusted proxies. */
  readonly isUncounted?: ((address: string) => boolean) | undefined;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
  readonly onTag: (socket: TLSSocket, identity: PeerIdentity) => void;
  readonly onEvent: (event: SecurityEvent, cause?: SecurityEventCause) => void;
}

/** Mutual TLS of one version; hands on sockets whose other end is a tag. */
export interface TlsListener {
  listen(): Promise<{ readonly port: number }>;
  /** Takes new lists from now on. Returns the serial numbers on them. */
  replaceRevoked(revoked: string): ReadonlySet<string>;
  stopAccepting(): void;
}

export function createTlsListener(options: TlsListenerOptions): TlsListener {
  const { limits, monotonicMs, onEvent, version, isUncounted = () => false } = options;
  const gate = new ConnectionGate({ ...limits, isUncounted, monotonicMs });
  const pairs = new TlsPairs();
  const issuers = tagIssuers(options.tls.clientAuthority);
  let revoked: ReadonlySet<string> = revokedSerials(options.tls.revoked ?? "");
  const tlsServer = createTlsServer({
    ...tlsContext(options.tls, version),
    handshakeTimeout: limits.handshakeTimeoutMs,
  });
  // Node tells of a handshake that takes too long, and leaves the socket open.
  tlsServer.on("tlsClientError", (error, socket) => {
    onEvent("handshake-failed", tlsFailure(error, socket));
    socket.on("error", ignoreError).destroy();
  });
  tlsServer.on("secureConnection", (socket) => {
    const identity = identifyPeer(socket.getPeerX509Certificate(), { issuers, revoked, now: options.now() });
    if (typeof identity === "object") {
      const below = pairs.below(socket);
      if (below !== undefined) gate.authenticated(below);
      return options.onTag(socket, identity);
    }
    if (identity === "revoked") onEvent("revoked-tag");
    else onEvent("bad-certificate", { reason: identity, code: "none" });
    socket.on("error", ignoreError).destroy();
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const reached = gate.admit(socket);
    if (reached === undefined) {
      pairs.accepted(socket);
      return void tlsServer.emit("connection", socket);
    }
    socket.on("error", ignoreError).destroy();
    onEvent(reached, { reason: CAP_REASONS[reached], code: "none" });
  });
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.host, () =>
          resolve({ port: (server.address() as AddressInfo).port }),
        );
      }),
    replaceRevoked: (lists) => {
      revoked = revokedSerials(lists);
      // Without a new context an old ticket would resume a session whose certificate has been revoked.
      tlsServer.setSecureContext(tlsContext({ ...options.tls, revoked: lists }, version));
      return revoked;
    },
    stopAccepting: () => void server.close(),
  };
}

/** The peer went away while it was being refused. */
function ignoreError(): void {}
