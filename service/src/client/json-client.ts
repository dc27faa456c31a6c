import { once } from "node:events";
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import type {
  AgentOptions,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
} from "node:http";
import { Agent, request } from "node:https";
import type { LookupFunction } from "node:net";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { connectionCode, isTlsCode, tlsReason } from "../http/tls-failure.ts";
import type { Time } from "../time/time.ts";

/** A server, and how it and we are known to each other. */
export interface JsonClientOptions {
  /** https://HOST:PORT, or http:// for this machine alone. Paths of requests are appended to it. */
  readonly url: string;
  /** PEM of the only authorities that are trusted; the system's when left out. */
  readonly authority?: string | Buffer | undefined;
  /** PEM of our certificate and its key, for mutual TLS. */
  readonly identity?: { readonly certificate: string | Buffer; readonly key: string | Buffer };
  readonly time: Time;
  /** From the first byte out to the last byte in, waiting for a connection included. */
  readonly deadlineMs: number;
  readonly maxAnswerBytes: number;
  /** How a host name becomes addresses; the system's way when left out. */
  readonly lookup?: LookupFunction;
  /** Connections at once; other requests wait. 64 unless given. */
  readonly maxConnections?: number;
}

/** One request. */
export interface JsonRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is undefined; bytes are JSON already and are sent as they are. */
  readonly body?: unknown;
  readonly deadlineMs?: number;
}

/** What the server said, whatever its status. */
export interface JsonAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it was sent; "" when there is none. */
  readonly text: string;
  /** The text as JSON; undefined when there is none. */
  readonly body: unknown;
}

/** Why there is no answer: not reached, not trusted (by either side), not in time, too long, not JSON. */
export interface JsonFailure {
  readonly kind: "unreachable" | "untrusted" | "timeout" | "too-large" | "not-json";
  /** Code of Node or OpenSSL ("ECONNREFUSED", "CERT_HAS_EXPIRED"), or "unknown". */
  readonly code: string;
  /** What it means; a constant. */
  readonly reason: string;
  /** The beginning of the answer, when there was one. */
  readonly begun?: { readonly status: number; readonly headers: IncomingHttpHeaders };
}

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/** JSON over TLS 1.3 to one server, connections kept. Follows no redirect. Never throws for what the network or the server does. */
export class JsonClient {
  readonly #options: JsonClientOptions;
  readonly #agent: Agent | PlainAgent;
  readonly #request: typeof request;

  /** RangeError for a URL that is neither https nor on this machine. */
  constructor(options: JsonClientOptions) {
    const url = new URL(options.url);
    const isTls = url.protocol === "https:";
    if (!isTls && !(url.protocol === "http:" && LOCAL.includes(url.hostname)))
      throw new RangeError(`${url.origin} must begin with https://`);
    this.#options = options;
    this.#agent = isTls ? new Agent(tlsOptions(options)) : new PlainAgent(agentOptions(options));
    this.#request = isTls ? request : plainRequest;
  }

  /** HOST:PORT. */
  get server(): string {
    return new URL(this.#options.url).host;
  }

  /** Sends the request. TypeError when its path or a header cannot be sent. */
  async send(sent: JsonRequest): Promise<JsonAnswer | JsonFailure> {
    const { time, deadlineMs, maxAnswerBytes } = this.#options;
    const deadline = new AbortController();
    const outgoing = this.#begin(sent, deadline.signal);
    const cancel = time.after(sent.deadlineMs ?? deadlineMs, () => deadline.abort());
    try {
      const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
      return await answerOf(incoming, maxAnswerBytes);
    } catch (error) {
      return deadline.signal.aborted ? TIMEOUT : failureOf(error);
    } finally {
      cancel();
    }
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #begin({ method, path, headers, body }: JsonRequest, signal: AbortSignal): ClientRequest {
    const json = bytesOf(body);
    // Node frames the body of a DELETE only when it is told the length.
    const ofBody = json && { "content-type": "application/json", "content-length": json.length };
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      signal,
      headers: { accept: "application/json", ...headers, ...ofBody },
    };
    const outgoing = this.#request(new URL(path, this.#options.url), options);
    // `once` hears an error until the answer has begun; later ones end the answer as well, which says the same.
    outgoing.on("error", ignoreError).end(json);
    return outgoing;
  }
}

const TIMEOUT: JsonFailure = { kind: "timeout", code: "ETIMEDOUT", reason: "no answer in time" };

/** What the codes of the network mean. */
const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "connection was closed",
  EPIPE: "connection was closed",
  ENOTFOUND: "host name is unknown",
  EAI_AGAIN: "host name cannot be looked up",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "connection timed out",
};

function failureOf(error: unknown): JsonFailure {
  const code = connectionCode(error);
  if (isTlsCode(code)) return { kind: "untrusted", code, reason: tlsReason(code) };
  return { kind: "unreachable", code, reason: NETWORK_REASONS[code] ?? "network failed" };
}

function agentOptions({ maxConnections = 64, lookup }: JsonClientOptions): AgentOptions {
  return { keepAlive: true, maxSockets: maxConnections, ...(lookup && { lookup }) };
}

function tlsOptions(options: JsonClientOptions): AgentOptions & TlsOptions {
  const { authority, identity } = options;
  return {
    ...agentOptions(options),
    minVersion: "TLSv1.3",
    ...(authority !== undefined && { ca: authority }),
    ...(identity && { cert: identity.certificate, key: identity.key }),
  };
}

/** Throws what the stream throws. */
async function answerOf(incoming: IncomingMessage, maxBytes: number): Promise<JsonAnswer | JsonFailure> {
  const begun = { status: incoming.statusCode ?? 0, headers: incoming.headers };
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return { kind: "too-large", code: "none", reason: "answer is too long", begun };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks, length).toString("utf8");
  if (text === "") return { kind: "answer", ...begun, text, body: undefined };
  const parsed = parse(text);
  if (parsed === undefined) return { kind: "not-json", code: "none", reason: "answer is not JSON", begun };
  return { kind: "answer", ...begun, text, body: parsed.value };
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(JSON.stringify(body));
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined; // A SyntaxError: nothing else is thrown for a string.
  }
}

function ignoreError(): void {}
