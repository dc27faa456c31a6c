import type { Rate } from "../limits/token-bucket.ts";

/** What a listener bears. Times are milliseconds. */
export interface HttpLimits {
  readonly handshakeTimeoutMs: number;
  /** From a request's first byte to the end of its header. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to its last. */
  readonly requestTimeoutMs: number;
  /** How long a connection may wait for the next request. */
  readonly keepAliveTimeoutMs: number;
  /** How long nothing of an answer may be read. */
  readonly unreadTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** Connections at once, handshakes included. */
  readonly maxConnections: number;
  /** Of one IPv4 address, or of one /64 of IPv6, that have not shown who they are. */
  readonly maxConnectionsPerAddress: number;
  /** New connections of all addresses together. A handshake takes some 2 ms. */
  readonly accepts: Rate;
  /** New connections of one address. */
  readonly acceptsPerAddress: Rate;
}

/** For clients anywhere: an access token is the longest header of ours, and a connection takes some 35 KiB. */
export const PUBLIC_HTTP_LIMITS: HttpLimits = {
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 30_000,
  unreadTimeoutMs: 30_000,
  maxHeaderBytes: 16_384,
  maxHeaders: 64,
  maxConnections: 4_096,
  // Behind one address may be all customers of a mobile network, but those with a token are not counted.
  maxConnectionsPerAddress: 128,
  accepts: { burst: 2_000, perSecond: 400 },
  acceptsPerAddress: { burst: 512, perSecond: 50 },
};

/** For a service of ours as the only client, on a local network, which sends what it has at once from one address. */
export const INTERNAL_HTTP_LIMITS: HttpLimits = {
  handshakeTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  // Longer than its client keeps idle connections, so that the client closes first.
  keepAliveTimeoutMs: 65_000,
  // Longer than the connection may be idle, which is no unread answer.
  unreadTimeoutMs: 70_000,
  maxHeaderBytes: 8_192,
  maxHeaders: 64,
  maxConnections: 512,
  maxConnectionsPerAddress: 512,
  accepts: { burst: 2_000, perSecond: 400 },
  acceptsPerAddress: { burst: 2_000, perSecond: 400 },
};
