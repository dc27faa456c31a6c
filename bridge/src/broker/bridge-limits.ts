import { MAX_MQTT_PACKET_BYTES, REPORT_BURST, REPORTS_PER_SECOND } from "@purrimeter/protocol/limits";
import type { Rate } from "@purrimeter/service/token-bucket";

/** What one bridge allows before it refuses or slows down. All have defaults; tests and large machines set others. */
export interface BridgeLimits {
  /** TCP connections at once, handshakes included. */
  readonly maxConnections: number;
  /** Of one IPv4 address, or of one /64 of IPv6, that have not shown a tag's certificate. */
  readonly maxConnectionsPerAddress: number;
  /** New TCP connections; what exceeds it is closed before TLS spends 1.5 ms on it. */
  readonly accepts: Rate;
  /** The same of one address, counted before. */
  readonly acceptsPerAddress: Rate;
  /** New sessions of one certificate. */
  readonly sessionsPerCertificate: Rate;
  readonly handshakeTimeoutMs: number;
  /** From the end of the handshake to a whole CONNECT. */
  readonly connectTimeoutMs: number;
  /** From the first byte of an MQTT packet to its last. */
  readonly packetTimeoutMs: number;
  /** Packets of one session; a session that exceeds it is read more slowly, nothing is lost. */
  readonly packets: Rate;
  /** Reports of one session that are being stored; more are not read until some are answered. */
  readonly maxReportsInFlight: number;
  /** What a session may leave unread before it is ended. */
  readonly maxUnreadBytes: number;
  /** How long a session may leave the broker's packets unread. */
  readonly drainTimeoutMs: number;
}

/** A session's packets are at most MAX_MQTT_PACKET_BYTES, so its rate of packets bounds its bytes: 128 KB/s. */
export const DEFAULT_LIMITS: BridgeLimits = {
  maxConnections: 10_000,
  // Many tags may come back at once from one address: a simulated fleet, or all that a mobile network has.
  maxConnectionsPerAddress: 1_000,
  accepts: { burst: 2_000, perSecond: 400 },
  acceptsPerAddress: { burst: 1_000, perSecond: 100 },
  // A tag waits minutes after a futile try; this has room for a bad network and for tags that are tried on a desk. Two that have
  // one certificate end each other's session without end, and each session costs a handshake of 2 ms.
  sessionsPerCertificate: { burst: 20, perSecond: 1 / 15 },
  handshakeTimeoutMs: 10_000,
  connectTimeoutMs: 10_000,
  packetTimeoutMs: 30_000,
  packets: { burst: REPORT_BURST, perSecond: REPORTS_PER_SECOND },
  maxReportsInFlight: 64,
  maxUnreadBytes: 16 * MAX_MQTT_PACKET_BYTES,
  drainTimeoutMs: 20_000,
};
