import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { isFields, type Fields } from "./fields.ts";

/** Where a Vault is and how it is known to be the right one. */
export interface VaultAddress {
  /** https://HOST:PORT; http only for this machine, which a Vault for development is. */
  readonly url: string;
  /** PEM of the only authority that is trusted; the system's where it is left out. */
  readonly authority?: string | undefined;
  /** Sent as X-Vault-Namespace. */
  readonly namespace?: string | undefined;
  /** From the first byte out to the last byte in; 3,000 by default. */
  readonly deadlineMs?: number;
}

/** A request below /v1/. */
export interface VaultRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: Fields | undefined;
}

/** Status and body; a body that is no JSON object is undefined. */
export interface VaultAnswer {
  readonly status: number;
  readonly body: Fields | undefined;
}

const DEADLINE_MS = 3_000;

/** An answer of ours is below 2 KiB; key lists of 100,000 owners below this. */
const MAX_ANSWER_BYTES = 8_388_608;
const CERTIFICATE_FAULT = /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Plain requests to one Vault over TLS 1.3. Follows no redirect: the token is for this server only. */
export class VaultHttp {
  /** HOST:PORT, for errors. */
  readonly server: string;
  readonly #url: URL;
  readonly #agent: Agent | PlainAgent;
  readonly #namespace: string | undefined;
  readonly #deadlineMs: number;

  /** Throws a RangeError for an address that is neither https nor on this machine. */
  constructor({ url, authority, namespace, deadlineMs = DEADLINE_MS }: VaultAddress) {
    this.#url = new URL(url);
    this.server = this.#url.host;
    const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(this.#url.hostname);
    if (this.#url.protocol !== "https:" && !(this.#url.protocol === "http:" && isLocal))
      throw new RangeError(`a Vault's address begins with https://, unlike ${this.#url.origin}`);
    const kept = { keepAlive: true, maxSockets: 16 };
    this.#agent =
      this.#url.protocol === "http:"
        ? new PlainAgent(kept)
        : new Agent({
            ...kept,
            minVersion: "TLSv1.3",
            ...(authority === undefined ? {} : { ca: authority }),
          });
    this.#namespace = namespace;
    this.#deadlineMs = deadlineMs;
  }

  /** The answer, whatever its status; a fault of the way there as a value. */
  async send(asked: VaultRequest): Promise<VaultAnswer | "unreachable" | "untrusted"> {
    try {
      return await this.#exchange(asked, asked.body === undefined ? undefined : JSON.stringify(asked.body));
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      return typeof code === "string" && CERTIFICATE_FAULT.test(code) ? "untrusted" : "unreachable";
    }
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  #exchange({ method, path, token }: VaultRequest, json: string | undefined): Promise<VaultAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<VaultAnswer>();
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      signal: AbortSignal.timeout(this.#deadlineMs),
      headers: {
        "x-vault-request": "true",
        ...(token === undefined ? {} : { "x-vault-token": token }),
        ...(this.#namespace === undefined ? {} : { "x-vault-namespace": this.#namespace }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
    };
    const send = this.#url.protocol === "http:" ? plainRequest : request;
    const sent = send(new URL(`/v1/${path}`, this.#url), options, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    sent.on("error", reject);
    sent.end(json);
    return promise;
  }
}

async function readAnswer(response: IncomingMessage): Promise<VaultAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) return { status: response.statusCode ?? 0, body: undefined };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, body: text === "" ? {} : parse(text) };
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
