import { JsonClient, type JsonFailure, type JsonRequest } from "@purrimeter/service/json-client";
import { sleep } from "@purrimeter/service/sleep";
import type { Time } from "@purrimeter/service/time";

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

/** The API could not be asked, and why. */
export class ApiUnreachable extends Error {
  readonly kind: JsonFailure["kind"];

  constructor(server: string, { kind, code, reason }: JsonFailure) {
    super(`${server} cannot be asked: ${reason} (${code})`);
    this.kind = kind;
  }
}

/** A tag as the API lists it; the fields that the commands need. */
export interface ListedTag {
  readonly id: string;
  readonly lastHeardAt: string | null;
}

/** A geofence as the API lists it; the fields that the commands need. */
export interface ListedGeofence {
  readonly name: string | null;
  readonly warnings?: readonly { readonly tagId: string; readonly message: string }[];
}

const DEADLINE_MS = 30_000;
const PAGE = 1_000;

/** A page of locations is the longest answer. */
const MAX_ANSWER_BYTES = 16_777_216;
const MAX_CONNECTIONS = 4;

/** An owner's view of a running system, through the same API as everybody's. */
export class OwnerApi {
  readonly #client: JsonClient;
  readonly #time: Time;
  #token = "";

  /** `base` is like "https://localhost:8443"; `caPem` the only authority that is trusted. */
  constructor(base: string, caPem: string, time: Time) {
    const limits = {
      deadlineMs: DEADLINE_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      maxConnections: MAX_CONNECTIONS,
    };
    this.#client = new JsonClient({ url: base, authority: caPem, time, ...limits });
    this.#time = time;
  }

  /** Asks for an account. Throws an ApiProblem or ApiUnreachable. */
  async register({ email, password }: Credentials): Promise<void> {
    await this.call("POST", "/v1/auth/register", { email, password });
  }

  /** Verifies the mail address of an account by the token of its link. Throws an ApiProblem or ApiUnreachable. */
  async verify(token: string): Promise<void> {
    await this.call("POST", "/v1/auth/mail/verify", { token });
  }

  /** Logs in. Throws an ApiProblem or ApiUnreachable. */
  async enter({ email, password }: Credentials): Promise<void> {
    const { accessToken } = (await this.call("POST", "/v1/auth/login", { email, password })) as {
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
  tags(): Promise<ListedTag[]> {
    return this.#all<ListedTag>("/v1/tags");
  }

  /** All geofences of the owner. */
  geofences(): Promise<ListedGeofence[]> {
    return this.#all<ListedGeofence>("/v1/geofences");
  }

  async #all<Item>(path: string): Promise<Item[]> {
    const all: Item[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await this.call("GET", `${path}?limit=${PAGE}${after}`)) as {
        readonly items: readonly Item[];
        readonly next: string | null;
      };
      all.push(...page.items);
      cursor = page.next;
    }
    return all;
  }

  /**
   * The body of a successful answer. Waits when the API answers "too many requests"; throws an ApiProblem for every other
   * answer, ApiUnreachable when there is none.
   */
  async call(method: JsonRequest["method"], path: string, body?: unknown): Promise<unknown> {
    const headers = this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` };
    for (;;) {
      const answer = await this.#client.send({ method, path, body, headers });
      if (answer.kind !== "answer") throw new ApiUnreachable(this.#client.server, answer);
      if (answer.status < 400) return answer.body;
      if (answer.status !== 429) throw new ApiProblem(answer.status, method, path, answer.body);
      await sleep(this.#time, Number(answer.headers["retry-after"] ?? 1) * 1_000);
    }
  }

  /** Ends the connections. */
  close(): void {
    this.#client.close();
  }
}
