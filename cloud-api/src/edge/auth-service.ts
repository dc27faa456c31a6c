import { Agent, request } from "node:https";
import type { IncomingMessage, RequestOptions } from "node:http";
import type { EndedSessions } from "./ended-sessions.ts";

/** Header in which the service is told the client's address; only the gateway can connect to it. */
const CLIENT_ADDRESS_HEADER = "purrimeter-client-address";

/** Header of an answer that ended sessions: their ids, comma separated. */
const ENDED_SESSIONS_HEADER = "purrimeter-ended-sessions";

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
      readonly body: unknown;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: "unavailable" };

/** One request to the service. */
export interface AuthCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly clientAddress?: string;
  /** For what only a session's owner may ask; checked here before, and there again. */
  readonly accessToken?: string;
  readonly body?: unknown;
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
      const body = parseAnswer(await readAnswer(answer));
      return {
        kind: "answer",
        status: answer.statusCode ?? 0,
        body,
        retryAfter: answer.headers["retry-after"],
      };
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      return { kind: "unavailable" };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(call: Omit<AuthCall, "deadlineMs">, signal: AbortSignal): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers: Record<string, string | number> = {};
    if (call.clientAddress !== undefined) headers[CLIENT_ADDRESS_HEADER] = call.clientAddress;
    if (call.accessToken !== undefined) headers["authorization"] = `Bearer ${call.accessToken}`;
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

function parseAnswer(text: string): unknown {
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
