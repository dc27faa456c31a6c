import { connectionCode, isTlsCode, tlsReason } from "@purrimeter/service/tls-failure";
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import { checkedLookup, NOT_ALLOWED } from "./checked-lookup.ts";
import type { Destinations } from "./destinations.ts";
import { endpointUrl, NOT_PUBLIC } from "./endpoint-url.ts";
import { resolveHost, type ResolveHost } from "./resolve-host.ts";

/** Bytes of an answer that are read, out of politeness: none of them matters. */
const MAX_ANSWER_BYTES = 4_096;

const MAX_HEADER_BYTES = 8_192;

/** Suites with forward secrecy and authenticated encryption (RFC 9325, section 4.2). */
const CIPHERS = [
  ...["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"],
  ...["ECDHE+AESGCM", "ECDHE+CHACHA20"],
].join(":");

/** One request to somebody else's server. */
interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Ends the request wherever it is. */
  readonly signal: AbortSignal;
}

/** What the server said, before anything of its body. */
export interface PostAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** "TLSv1.3" or "TLSv1.2". */
  readonly tls: string | undefined;
}

/** Why it said nothing; `reason` is a constant. */
export interface PostFailure {
  readonly kind: "refused" | "failed";
  readonly reason: string;
}

/** Sends one request to one endpoint. */
export type Post = (posted: Posted) => Promise<PostAnswer | PostFailure>;

/** Where requests may go, and whose certificates are trusted there. */
export interface PostOptions {
  readonly destinations: Destinations;
  /** From trustedBy. */
  readonly trusted: SecureContext;
  /** The system's name servers unless given. */
  readonly resolve?: ResolveHost;
}

/**
 * TLS 1.2 or newer to servers that the system's authorities have signed, or those of `authority` (PEM). To be made once: it holds
 * some 150 certificates.
 */
export function trustedBy(authority?: string): SecureContext {
  const ca = authority === undefined ? [] : [...getCACertificates("default"), authority];
  return createSecureContext({ minVersion: "TLSv1.2", ciphers: CIPHERS, ...(ca.length > 0 && { ca }) });
}

/**
 * POST over TLS 1.2 or newer with a verified certificate, on a connection of its own, to addresses that were checked. Follows no
 * redirect. Resolves with the answer's beginning: a body of any size or pace is left. Never throws for what the network does.
 */
export function createPost({ destinations, trusted, resolve = resolveHost }: PostOptions): Post {
  return async (posted) => {
    const url = endpointUrl(posted.url, destinations);
    if (!(url instanceof URL)) return { kind: "refused", reason: url.refused };
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
    const lookup = checkedLookup(destinations, resolve, posted.signal);
    try {
      const outgoing = begin(url, posted, { agent, lookup, secureContext: trusted });
      const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
      const answer = answerOf(incoming);
      leave(incoming);
      return answer;
    } catch (error) {
      return failureOf(error, posted.signal);
    }
  };
}

function begin(
  url: URL,
  { headers, body, signal }: Posted,
  how: {
    readonly agent: Agent;
    readonly lookup: ReturnType<typeof checkedLookup>;
    readonly secureContext: SecureContext;
  },
): ClientRequest {
  const outgoing = request(url, {
    ...{ method: "POST", signal, maxHeaderSize: MAX_HEADER_BYTES, rejectUnauthorized: true, ...how },
    headers: { "user-agent": "Purrimeter", ...headers, "content-length": body.length },
  });
  // `once` hears an error until the answer has begun; later ones are of a body that nobody waits for.
  return outgoing.on("error", ignoreError).end(body);
}

function answerOf(incoming: IncomingMessage): PostAnswer {
  const tls = (incoming.socket as TLSSocket).getProtocol() ?? undefined;
  const retryAfter = incoming.headers["retry-after"];
  return { kind: "answer", status: incoming.statusCode ?? 0, retryAfter, tls };
}

/** Reads a short body, so that its server sees an ordinary end, and hangs up on any other. The signal ends one that is slow. */
function leave(incoming: IncomingMessage): void {
  let length = 0;
  incoming.on("error", ignoreError).on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) incoming.destroy();
  });
}

/** What the codes of the network mean. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at the address",
  ECONNRESET: "the connection was closed",
  EPIPE: "the connection was closed",
  ENOTFOUND: "the host name is unknown",
  ETIMEOUT: "the host name cannot be looked up",
  ESERVFAIL: "the host name cannot be looked up",
  EREFUSED: "the host name cannot be looked up",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ETIMEDOUT: "the connection was not made in time",
  HPE_HEADER_OVERFLOW: "the headers of the answer are too long",
};

/** No answer before the deadline. */
export const TOO_SLOW = "no answer in time";

function failureOf(error: unknown, signal: AbortSignal): PostFailure {
  const code = connectionCode(error);
  if (code === NOT_ALLOWED) return { kind: "refused", reason: NOT_PUBLIC };
  if (signal.aborted) return { kind: "failed", reason: TOO_SLOW };
  if (isTlsCode(code)) return { kind: "failed", reason: `the certificate or TLS: ${tlsReason(code)}` };
  return {
    kind: "failed",
    reason: REASONS[code] ?? (code.startsWith("HPE_") ? "the answer is not HTTP" : "the network failed"),
  };
}

function ignoreError(): void {}
