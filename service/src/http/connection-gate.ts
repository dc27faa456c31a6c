import type { Socket } from "node:net";
import { subscriberOf } from "./client-address.ts";

/** How many connections may be open. */
export interface ConnectionCaps {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Peers that are not counted by address: a trusted proxy's connections are those of many clients. */
  readonly isUncounted: (address: string) => boolean;
}

/** Why a connection was not let in. */
export type CapReached = "connection-limit" | "address-limit";

/** Counts the open connections of a server, and says which one is too many. */
export class ConnectionGate {
  readonly #caps: ConnectionCaps;
  readonly #open = new Set<Socket>();
  readonly #byAddress = new Map<string, number>();

  constructor(caps: ConnectionCaps) {
    this.#caps = caps;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Counts the socket until it closes; the cap that it reaches instead, when there is no room for it. */
  admit(socket: Socket): CapReached | undefined {
    if (this.#open.size >= this.#caps.maxConnections) return "connection-limit";
    const { remoteAddress = "" } = socket;
    const address = subscriberOf(remoteAddress) ?? remoteAddress;
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= this.#caps.maxConnectionsPerAddress && !this.#caps.isUncounted(remoteAddress))
      return "address-limit";
    this.#open.add(socket);
    this.#byAddress.set(address, count + 1);
    socket.once("close", () => this.#closed(socket, address));
    return undefined;
  }

  /** Ends all connections, also those whose handshake has not ended. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #closed(socket: Socket, address: string): void {
    this.#open.delete(socket);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
