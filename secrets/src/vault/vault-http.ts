import { JsonClient } from "@purrimeter/service/json-client";
import { systemTime } from "@purrimeter/service/system-time";
import type { Time } from "@purrimeter/service/time";
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
  /** The machine's by default. */
  readonly time?: Time;
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
const MAX_CONNECTIONS = 16;

/** An answer of ours is below 2 KiB; key lists of 100,000 owners below this. */
const MAX_ANSWER_BYTES = 8_388_608;

/** Plain requests to one Vault. Follows no redirect: the token is for this server only. */
export class VaultHttp {
  readonly #client: JsonClient;
  readonly #namespace: string | undefined;

  /** Throws a RangeError for an address that is neither https nor on this machine. */
  constructor({ url, authority, namespace, deadlineMs = DEADLINE_MS, time = systemTime }: VaultAddress) {
    const limits = { deadlineMs, maxAnswerBytes: MAX_ANSWER_BYTES, maxConnections: MAX_CONNECTIONS };
    this.#client = new JsonClient({ url, authority, time, ...limits });
    this.#namespace = namespace;
  }

  /** HOST:PORT, for errors. */
  get server(): string {
    return this.#client.server;
  }

  /** The answer, whatever its status; a fault of the way there as a value. */
  async send({
    method,
    path,
    token,
    body,
  }: VaultRequest): Promise<VaultAnswer | "unreachable" | "untrusted"> {
    const headers = {
      "x-vault-request": "true",
      ...(token !== undefined && { "x-vault-token": token }),
      ...(this.#namespace !== undefined && { "x-vault-namespace": this.#namespace }),
    };
    const answer = await this.#client.send({ method, path: `/v1/${path}`, headers, body });
    if (answer.kind === "answer") return { status: answer.status, body: fieldsIn(answer.body) };
    if (answer.kind === "untrusted") return "untrusted";
    return answer.begun === undefined ? "unreachable" : { status: answer.begun.status, body: undefined };
  }

  /** Ends idle connections. */
  close(): void {
    this.#client.close();
  }
}

function fieldsIn(body: unknown): Fields | undefined {
  if (body === undefined) return {};
  return isFields(body) ? body : undefined;
}
