import { Agent, request } from "node:https";
import type { IncomingMessage, RequestOptions } from "node:http";
import {
  CLIENT_ADDRESS_HEADER,
  ENDED_SESSIONS_HEADER,
  PAGE_REFRESH_TOKEN_HEADER,
} from "@purrimeter/auth-api/internal";
import type { EndedSessions } from "./ended-sessions.ts";

/** Longer than any access token lives; the service's feed says the exact time later. */
const ENDED_FOR_S = 3_600;

/** A password takes a tenth of a second to check; a queue of them some seconds. */
export const DEADLINE_MS = 10_000;

/** The longest answer is a thousand events of the trail, at some 350 bytes. */
const MAX_ANSWER_BYTES = 1_048_576;

export interface AuthServiceOptions {
  readonly url: string;
  /** PEM of the service's authority, of our certificate (CN cloud-api) and of its key. */
  readonly authority: string | Buffer;
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  readonly ended: EndedSessions;
  readonly nowS: () => number;
}

/** What the service said, or that it said nothing in time. */
export type AuthAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** As it was sent, for clients; "" when there is none. */
      readonly text: string;
      /** The text as JSON; undefined when there is none. */
      readonly body: unknown;
      readonly mediaType: string | undefined;
      readonly retryAfter: string | undefined;
      /** WWW-Authenticate. */
      readonly challenge: string | undefined;
    }
  | { readonly kind: "unavailable" };

/** One request to the service. */
export interface AuthCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly clientAddress?: string;
  /** For what only a session's owner may ask; checked here before, and there again. */
  readonly accessToken?: string;
  /** What the cookie of a page of this origin holds, "" when there is none. */
  readonly pageRefreshToken?: string;
  /** JSON: bytes are passed on as they are. */
  readonly body?: object;
  readonly deadlineMs?: number;
}

/** The authentication service over mutual TLS 1.3, connections kept. Never throws for what the network does. */
export class AuthService {
  readonly #options: AuthServiceOptions;
  readonly #agent: Agent;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
    const { authority: ca, certificate: cert, key } = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, ca, cert, key, minVersion: "TLSv1.3" });
  }

  /** Calls the service. Sessions that the call ended are refused here before the answer is handed on. */
  async call({ deadlineMs = DEADLINE_MS, ...call }: AuthCall): Promise<AuthAnswer> {
    try {
      const answer = await this.#exchange(call, AbortSignal.timeout(deadlineMs));
      this.#recordEnded(answer);
      return answerOf(answer, await readAnswer(answer));
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      return { kind: "unavailable" };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(call: Omit<AuthCall, "deadlineMs">, signal: AbortSignal): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : bytesOf(call.body);
    const headers = headersOf(call);
    // Node frames the body of a DELETE only when it is told the length.
    if (body) Object.assign(headers, { "content-type": "application/json", "content-length": body.length });
    const options: RequestOptions = { method: call.method, agent: this.#agent, headers, signal };
    return new Promise((resolve, reject) => {
      request(new URL(call.path, this.#options.url), options, resolve).on("error", reject).end(body);
    });
  }

  #recordEnded(answer: IncomingMessage): void {
    const header = answer.headers[ENDED_SESSIONS_HEADER];
    if (typeof header !== "string") return;
    const untilS = this.#options.nowS() + ENDED_FOR_S;
    for (const session of header.split(",")) this.#options.ended.add(session.trim(), untilS);
  }
}

function bytesOf(body: object): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

function headersOf({ accessToken, clientAddress, pageRefreshToken }: AuthCall): Record<string, string> {
  return {
    ...(clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: clientAddress }),
    ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    ...(pageRefreshToken !== undefined && { [PAGE_REFRESH_TOKEN_HEADER]: pageRefreshToken }),
  };
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error("answer too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string): AuthAnswer {
  return {
    kind: "answer",
    status: statusCode,
    text,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
    mediaType: headers["content-type"],
    retryAfter: headers["retry-after"],
    challenge: headers["www-authenticate"],
  };
}
