/** What a listener bears. Times are milliseconds. */
export interface HttpLimits {
  readonly handshakeTimeoutMs: number;
  /** From a request's first byte to the end of its header. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to its last. */
  readonly requestTimeoutMs: number;
  /** How long a connection may wait for the next request. */
  readonly keepAliveTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** Connections at once, handshakes included. */
  readonly maxConnections: number;
  /** Of one IPv4 address, or of one /64 of IPv6. */
  readonly maxConnectionsPerAddress: number;
}

/** For clients anywhere: an access token is the longest header of ours, and a connection takes some 35 KiB. */
export const PUBLIC_HTTP_LIMITS: HttpLimits = {
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 30_000,
  maxHeaderBytes: 16_384,
  maxHeaders: 64,
  maxConnections: 4_096,
  // Behind one address may be all customers of a mobile network.
  maxConnectionsPerAddress: 512,
};

/** For a service of ours as the only client, on a local network, which sends what it has at once from one address. */
export const INTERNAL_HTTP_LIMITS: HttpLimits = {
  handshakeTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  // Longer than its client keeps idle connections, so that the client closes first.
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 8_192,
  maxHeaders: 64,
  maxConnections: 512,
  maxConnectionsPerAddress: 512,
};
