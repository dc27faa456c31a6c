import type { LookupFunction } from "node:net";
import type { Destinations } from "./destinations.ts";
import type { HostAddress, ResolveHost } from "./resolve-host.ts";

/** Code of the error for a host with an address that messages may not go to. */
export const NOT_ALLOWED = "EADDRNOTALLOWED";

/** Code of the error for a name that has no address. */
const NO_ADDRESS = "ENOTFOUND";

class LookupError extends Error {
  readonly code: string;

  constructor(code: string) {
    super("the host cannot be connected to");
    this.code = code;
  }
}

/**
 * How a connection finds the addresses of its host. It is refused when one of them is not allowed. The connection goes to the very
 * addresses that were checked, so that a name cannot lead elsewhere a moment later. Node looks up names alone: an address in the
 * place of a name has to be checked before.
 */
export function checkedLookup(
  destinations: Destinations,
  resolve: ResolveHost,
  signal: AbortSignal,
): LookupFunction {
  return (host, { all }, callback) => {
    const answer = (addresses: readonly HostAddress[]): void => {
      const [first] = addresses;
      const isAllowed = addresses.every(({ address }) => destinations.allows(address));
      if (first === undefined) callback(new LookupError(NO_ADDRESS), []);
      else if (!isAllowed) callback(new LookupError(NOT_ALLOWED), []);
      else if (all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    resolve(host, signal).then(answer, (error: unknown) => callback(error as NodeJS.ErrnoException, []));
  };
}
