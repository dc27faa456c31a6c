import { Resolver } from "node:dns/promises";

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name, the IPv4 ones first; none when it has none. Rejects with a `code` when it cannot be looked up. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly HostAddress[]>;

/** A name server that is silent is asked twice, and then the next one. */
const QUERY = { timeout: 2_000, tries: 2 };

/** RFC 6761, section 6.3: never asked of a name server. */
const LOCAL: readonly HostAddress[] = [{ address: "127.0.0.1", family: 4 }];

/** Codes of "the name has none of that kind". */
const NONE = new Set(["ENODATA", "ENOTFOUND"]);

/**
 * Asks the name servers of the system, without its threads: `getaddrinfo` has four of them for the whole process, and a name server
 * of a stranger that hangs would hold up everybody's messages. /etc/hosts is not read.
 */
export const resolveHost: ResolveHost = async (host, signal) => {
  if (isLocal(host)) return LOCAL;
  const resolver = new Resolver(QUERY);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const asked = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = asked.flatMap((answer, i) =>
      answer.status === "fulfilled" ? addresses(answer.value, i) : [],
    );
    const failed = asked.find((answer) => answer.status === "rejected" && !NONE.has(codeOf(answer.reason)));
    if (found.length === 0 && failed?.status === "rejected") throw failed.reason;
    return found;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
};

function isLocal(host: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  return name === "localhost" || name.endsWith(".localhost");
}

function addresses(found: readonly string[], index: number): HostAddress[] {
  return found.map((address) => ({ address, family: index === 0 ? 4 : 6 }));
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}
