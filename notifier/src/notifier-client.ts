import { JsonClient } from "@purrimeter/service/json-client";
import type { Time } from "@purrimeter/service/time";
import {
  ATTEMPT_DEADLINE_MS,
  pushKeySchema,
  resultSchema,
  type Attempt,
  type AttemptResult,
} from "./attempt.ts";

/** Longer than an attempt, so that its result comes back. */
const DEADLINE_MS = ATTEMPT_DEADLINE_MS + 3_000;

const MAX_ANSWER_BYTES = 16_384;

/** Attempts at once; others wait here. More than the notifier takes for one host, so that a host that hangs leaves room. */
const MAX_CONNECTIONS = 256;

/** Where the notifier is, and how both ends are known to each other. */
export interface NotifierClientOptions {
  /** https://HOST:PORT. */
  readonly url: string;
  /** PEM of the authority that signs services. */
  readonly authority: string | Buffer;
  /** Our certificate, whose common name is one of CALLERS, and its key, PEM. */
  readonly identity: { readonly certificate: string | Buffer; readonly key: string | Buffer };
  readonly time: Time;
}

/** The notifier did not say how it went: the message may have been delivered or not. Try again, with the same id. */
export interface NoAnswer {
  readonly outcome: "no-answer";
  /** A constant. */
  readonly reason: string;
  /** Of the connection, "none" when the notifier answered that it is busy or does not take the call. */
  readonly code: string;
  /** Of the notifier's own answer: 400 says that this call will never be taken. */
  readonly status?: number;
}

/** Calls the notifier over mutual TLS. Never throws for what the network or an endpoint does. */
export class NotifierClient {
  readonly #client: JsonClient;

  constructor({ url, authority, identity, time }: NotifierClientOptions) {
    const limits = {
      deadlineMs: DEADLINE_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      maxConnections: MAX_CONNECTIONS,
    };
    this.#client = new JsonClient({ url, authority, identity, time, ...limits });
  }

  /** Makes one attempt; resolves with how it went. */
  async attempt(attempt: Attempt): Promise<AttemptResult | NoAnswer> {
    const answer = await this.#client.send({ method: "POST", path: "/attempts", body: attempt });
    if (answer.kind !== "answer") return { outcome: "no-answer", reason: answer.reason, code: answer.code };
    const { status } = answer;
    const result = status === 200 ? resultSchema.safeParse(answer.body).data : undefined;
    return result ?? { outcome: "no-answer", reason: reasonOf(status), code: "none", status };
  }

  /** The key that browsers subscribe with, base64url; undefined when the notifier does not answer. */
  async pushKey(): Promise<string | undefined> {
    const answer = await this.#client.send({ method: "GET", path: "/push-key" });
    if (answer.kind !== "answer" || answer.status !== 200) return undefined;
    return pushKeySchema.safeParse(answer.body).data?.key;
  }

  /** Ends the connections. */
  close(): void {
    this.#client.close();
  }
}

function reasonOf(status: number): string {
  if (status === 503) return "the notifier is busy";
  return status === 400 ? "the notifier does not take this message" : "the notifier has failed";
}
