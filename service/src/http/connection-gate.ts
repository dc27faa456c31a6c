import type { Socket } from "node:net";
import { RateLimiter } from "../limits/rate-limiter.ts";
import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { Rate } from "../limits/token-bucket.ts";
import { subscriberOf } from "./client-address.ts";

/** How many connections may be open, and how many may come. */
export interface ConnectionCaps {
  readonly maxConnections: number;
  /** Of one address (/64 of IPv6), counted until the connection has shown who it is. */
  readonly maxConnectionsPerAddress: number;
  /** New connections of all addresses together, and of each. */
  readonly accepts: Rate;
  readonly acceptsPerAddress: Rate;
  /** Peers that are not counted by address: a trusted proxy's connections are those of many clients. */
  readonly isUncounted: (address: string) => boolean;
  readonly monotonicMs: () => number;
}

/** Why a connection was not let in, or was ended for another. */
export type CapReached = "connection-limit" | "address-limit" | "address-rate" | "accept-rate";

/** What a cap means, for a log. */
export const CAP_REASONS: Readonly<Record<CapReached, string>> = {
  "connection-limit": "too many connections",
  "address-limit": "too many connections from one address",
  "address-rate": "too many new connections from one address",
  "accept-rate": "too many new connections",
};

/** Counts the open connections of a server, says which one is too many, and which one makes room. */
export class ConnectionGate {
  readonly #caps: ConnectionCaps;
  readonly #open = new Set<Socket>();
  /** Longest idle first. */
  readonly #idle = new Set<Socket>();
  /** Connections that have not shown who they are, with their address. */
  readonly #strangers = new Map<Socket, string>();
  readonly #byAddress = new Map<string, number>();
  readonly #accepts = createTokenBucket();
  readonly #acceptsByAddress: RateLimiter;

  constructor(caps: ConnectionCaps) {
    this.#caps = caps;
    this.#acceptsByAddress = new RateLimiter(caps.acceptsPerAddress, caps.monotonicMs);
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Counts the socket until it closes; the cap that it reaches instead, when there is no room for it. When all places are taken, the
   * connection that has been idle longest is ended for it; one whose handshake goes on is not idle, and has a deadline of its own.
   */
  admit(socket: Socket): CapReached | undefined {
    const { remoteAddress = "" } = socket;
    const address = subscriberOf(remoteAddress) ?? remoteAddress;
    const reached = this.#capReached(address, this.#caps.isUncounted(remoteAddress));
    if (reached !== undefined) return reached;
    this.#open.add(socket);
    this.#strangers.set(socket, address);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once("close", () => this.#closed(socket));
    return undefined;
  }

  /** Not counted by its address any more: it has shown who it is. */
  authenticated(socket: Socket): void {
    const address = this.#strangers.get(socket);
    if (address === undefined) return;
    this.#strangers.delete(socket);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }

  /** Not to be ended for another connection: it has a request under way. */
  busy(socket: Socket): void {
    this.#idle.delete(socket);
  }

  /** May be ended for another connection, after all that have been idle longer. */
  idle(socket: Socket): void {
    if (this.#open.has(socket)) this.#idle.add(socket);
  }

  /** Ends all connections, also those whose handshake has not ended. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #capReached(address: string, isUncounted: boolean): CapReached | undefined {
    const { accepts, maxConnections, maxConnectionsPerAddress, monotonicMs } = this.#caps;
    if (!isUncounted) {
      if ((this.#byAddress.get(address) ?? 0) >= maxConnectionsPerAddress) return "address-limit";
      if (this.#acceptsByAddress.take(address) > 0) return "address-rate";
    }
    if (takeToken(this.#accepts, accepts, monotonicMs()) > 0) return "accept-rate";
    return this.#open.size < maxConnections || this.#endLongestIdle() ? undefined : "connection-limit";
  }

  #endLongestIdle(): boolean {
    const [longest] = this.#idle;
    if (longest === undefined) return false;
    this.#closed(longest);
    longest.destroy();
    return true;
  }

  #closed(socket: Socket): void {
    this.authenticated(socket);
    this.#open.delete(socket);
    this.#idle.delete(socket);
  }
}
