import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** Who logs in. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** An answer of the API that is no success: status and, from problem details (RFC 9457), title and detail. */
export class ApiProblem extends Error {
  readonly status: number;

  constructor(status: number, method: string, path: string, body: unknown) {
    const { title, detail } = (body ?? {}) as { readonly title?: string; readonly detail?: string };
    super(`${method} ${path} was answered ${[status, title, detail].filter(Boolean).join(": ")}`);
    this.status = status;
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfterS: number;
  readonly body: unknown;
}

/** A tag as the API lists it; the fields that the commands need. */
export interface ListedTag {
  readonly id: string;
  readonly lastHeardAt: string | null;
}

const DEADLINE_MS = 30_000;
const PAGE = 1_000;

/** An owner's view of a running system, through the same API as everybody's. */
export class OwnerApi {
  readonly #base: string;
  readonly #agent: Agent;
  #token = "";

  /** `base` is like "https://localhost:8443"; `caPem` the only authority that is trusted. */
  constructor(base: string, caPem: string) {
    this.#base = base;
    this.#agent = new Agent({ ca: caPem, minVersion: "TLSv1.3", keepAlive: true, maxSockets: 4 });
  }

  /** Logs in, or registers an account that does not exist yet. Throws an ApiProblem. */
  async enter({ email, password }: Credentials, isNew: boolean): Promise<void> {
    const path = isNew ? "/v1/auth/register" : "/v1/auth/login";
    const { accessToken } = (await this.call("POST", path, { email, password })) as {
      readonly accessToken: string;
    };
    this.#token = accessToken;
  }

  /** Makes the tag with this one-time code the owner's. */
  async claim(code: string, name: string): Promise<void> {
    await this.call("POST", "/v1/tags/claim", { code, name });
  }

  /** Draws a circle that holds for one tag; degrees and metres. */
  async drawCircle(
    tag: string,
    name: string,
    center: readonly [number, number],
    radiusM: number,
  ): Promise<void> {
    const shape = { type: "Circle", center, radiusM };
    await this.call("POST", "/v1/geofences", { name, tagIds: [tag], shape });
  }

  /** All tags of the owner. */
  async tags(): Promise<ListedTag[]> {
    const all: ListedTag[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await this.call("GET", `/v1/tags?limit=${PAGE}${after}`)) as {
        readonly items: readonly ListedTag[];
        readonly next: string | null;
      };
      all.push(...page.items);
      cursor = page.next;
    }
    return all;
  }

  /** The body of a successful answer. Waits when the API says "too many"; throws an ApiProblem for all else. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    for (;;) {
      const answer = await this.#send(method, path, body);
      if (answer.status < 400) return answer.body;
      if (answer.status !== 429) throw new ApiProblem(answer.status, method, path, answer.body);
      await sleep(answer.retryAfterS * 1000);
    }
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: unknown): Promise<Answer> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = { accept: "application/json" };
    if (json !== undefined) {
      headers["content-type"] = "application/json";
      // Node frames the body of a DELETE only when it is told the length.
      headers["content-length"] = Buffer.byteLength(json);
    }
    if (this.#token !== "") headers["authorization"] = `Bearer ${this.#token}`;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const sent = request(
      new URL(path, this.#base),
      { method, headers, agent: this.#agent, signal: AbortSignal.timeout(DEADLINE_MS) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const retryAfterS = Number(response.headers["retry-after"] ?? 1);
          resolve({
            status: response.statusCode ?? 0,
            retryAfterS,
            body: text === "" ? undefined : JSON.parse(text),
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(json);
    return promise;
  }
}
