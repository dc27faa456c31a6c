import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Ready } from "./running-purrimeter.ts";

/** What bodies of answers hold, all of it at most. */
export interface Body {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly type: string;
  readonly challenge: string;
  readonly methods: readonly string[];
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly id: string;
  readonly token: string;
  readonly code: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly items: readonly { readonly id: string; readonly device: string; readonly current: boolean }[];
}

/** An answer; `body` is empty when there is none. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

/** One request beyond method and path. */
export interface Ask {
  readonly token?: string | undefined;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** A client of the owners' API over real TLS. */
export class ApiClient {
  readonly #agent: Agent;
  readonly #base: string;

  constructor({ api, ca }: Ready) {
    this.#base = api;
    this.#agent = new Agent({ ca: readFileSync(ca), keepAlive: true });
  }

  /** `path` below /v1. */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const answer = await this.#send(method, path, ask);
    const said = await text(answer);
    const parsed = (said === "" ? {} : JSON.parse(said)) as Body;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: parsed };
  }

  /** The headers of an answer without its body. */
  async head(path: string, token: string): Promise<IncomingHttpHeaders> {
    const answer = await this.#send("HEAD", path, { token });
    answer.resume();
    return answer.headers;
  }

  /** Opens a stream of server-sent events; resolves when it has begun. */
  async follow(path: string, token: string): Promise<IncomingMessage> {
    const answer = await this.#send("GET", path, { token });
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode ?? 0}`);
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: string, path: string, { token, body, headers = {} }: Ask): Promise<IncomingMessage> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(json),
      }),
      ...headers,
    };
    const sent = request(new URL(`/v1${path}`, this.#base), { method, headers: all, agent: this.#agent });
    sent.end(json);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  }
}
