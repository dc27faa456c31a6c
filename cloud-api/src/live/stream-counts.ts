import type { Listener } from "./live-stream.ts";

/** Of one account: a phone, a computer and some tabs. */
export const MAX_ACCOUNT_STREAMS = 8;

/**
 * Of one address (of one /64 with IPv6): behind one may be all customers of a mobile network, but whoever has many accounts
 * must not take the places of everybody else.
 */
export const MAX_ADDRESS_STREAMS = 125;

type Who = Pick<Listener, "account" | "address">;

/** How many streams there are, of whom and from where. */
export class StreamCounts {
  readonly #maxStreams: number;
  readonly #ofAccount = new Map<string, number>();
  readonly #ofAddress = new Map<string, number>();
  #all = 0;

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  /** Takes a place; false when there is none. */
  take({ account, address }: Who): boolean {
    const ofAccount = this.#ofAccount.get(account) ?? 0;
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    if (ofAccount >= MAX_ACCOUNT_STREAMS || ofAddress >= MAX_ADDRESS_STREAMS) return false;
    if (this.#all >= this.#maxStreams) return false;
    this.#ofAccount.set(account, ofAccount + 1);
    this.#ofAddress.set(address, ofAddress + 1);
    this.#all++;
    return true;
  }

  /** Gives a place back. */
  give({ account, address }: Who): void {
    lower(this.#ofAccount, account);
    lower(this.#ofAddress, address);
    this.#all--;
  }
}

function lower(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
