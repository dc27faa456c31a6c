import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { JsonClient } from "@purrimeter/service/json-client";
import type { Log } from "@purrimeter/service/log";
import { isPublicAddress, lookUpPublic } from "@purrimeter/service/public-address";
import { sleep } from "@purrimeter/service/sleep";
import type { Time } from "@purrimeter/service/time";

/** When a message that was not taken is sent again. */
const RETRIES_MS = [5_000, 30_000, 180_000, 900_000] as const;

/** Messages that may be on their way; more are dropped and counted in the log. */
const MAX_PENDING = 100;

/** How long an end waits for an answer. */
const GRACE_MS = 1_500;

const DEADLINE_MS = 15_000;
const MAX_ANSWER_BYTES = 65_536;

/** Of a secret in Standard Webhooks' form, before the Base64. */
const SECRET_PREFIX = "whsec_";
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** The key of a secret: `whsec_` and 24 to 64 bytes in Base64. Throws an error of one line that does not repeat it. */
export function webhookKey(secret: string): Buffer {
  const text = secret.trim();
  const key = Buffer.from(text.slice(SECRET_PREFIX.length), "base64");
  const isWhole = key.toString("base64") === text.slice(SECRET_PREFIX.length);
  if (!text.startsWith(SECRET_PREFIX) || !isWhole || !isLongEnough(key))
    throw new Error("the secret webhook-secret must be whsec_ and 24 to 64 bytes in Base64");
  return key;
}

function isLongEnough({ length }: Buffer): boolean {
  return length >= MIN_SECRET_BYTES && length <= MAX_SECRET_BYTES;
}

/** Where messages go, and how both ends are known. */
export interface WebhookOptions {
  /** https://HOST[:PORT]/PATH. */
  readonly url: string;
  /** From webhookKey. */
  readonly key: Buffer;
  /** File with the authority of the server's certificate, PEM; the system's unless given. */
  readonly authority?: string | undefined;
  /** Whether the host may be of this machine or of a private network. */
  readonly allowPrivate: boolean;
  readonly log: Log;
  readonly time: Time;
}

/** One message. */
export interface WebhookMessage {
  /** Unique, and the same at each try. */
  readonly id: string;
  readonly type: string;
  /** Seconds of UTC. */
  readonly at: number;
  readonly data: object;
}

/**
 * Sends messages to a server of the operator, signed (HMAC-SHA256, Standard Webhooks 1.0.0), over TLS 1.3 with a certificate that is
 * verified, and follows no redirect. A message that is not answered with 2xx is sent again a few times.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #client: JsonClient;
  readonly #path: string;
  readonly #stopping = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  /** Throws for an address in the URL that is not public, unless that is allowed. */
  constructor(options: WebhookOptions) {
    const { url: text, allowPrivate, authority, time } = options;
    const url = new URL(text);
    const host = url.hostname.replace(/^\[(.*)\]$/u, "$1");
    if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host))
      throw new Error("the address of the webhook is not public; alarms.webhook.allowPrivate allows that");
    this.#options = options;
    this.#path = `${url.pathname}${url.search}`;
    const limits = { time, deadlineMs: DEADLINE_MS, maxAnswerBytes: MAX_ANSWER_BYTES, maxConnections: 2 };
    const trust = authority === undefined ? {} : { authority: readFileSync(authority) };
    const lookup = allowPrivate ? {} : { lookup: lookUpPublic };
    this.#client = new JsonClient({ url: url.origin, ...trust, ...limits, ...lookup });
  }

  /** Sends the message soon; nobody waits for it. */
  post(message: WebhookMessage): void {
    if (this.#pending.size >= MAX_PENDING) {
      this.#say("alarm.webhook-dropped", "too many messages wait", "none");
      return;
    }
    const sent = this.#send(message).finally(() => this.#pending.delete(sent));
    this.#pending.add(sent);
  }

  /** Lets tries that are under way end for a moment, and ends all others; what was not taken is in the log. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const done = new AbortController();
    const sent = Promise.all(this.#pending).finally(() => done.abort());
    await Promise.race([sent, sleep(this.#options.time, GRACE_MS, done.signal)]);
    this.#client.close();
  }

  async #send(message: WebhookMessage): Promise<void> {
    const { time } = this.#options;
    for (const waitMs of [...RETRIES_MS, undefined]) {
      const failure = await this.#attempt(message);
      if (failure === undefined) return;
      const isLast = waitMs === undefined || this.#stopping.signal.aborted;
      this.#say(isLast ? "alarm.webhook-failed" : "alarm.webhook-retried", failure.reason, failure.code);
      if (isLast || !(await sleep(time, waitMs, this.#stopping.signal))) return;
    }
  }

  /** Why it was not taken; undefined when it was. */
  async #attempt({
    id,
    type,
    at,
    data,
  }: WebhookMessage): Promise<{ reason: string; code: string } | undefined> {
    const { key, time } = this.#options;
    const timestamp = new Date(at * 1_000).toISOString();
    const body = Buffer.from(JSON.stringify({ type, timestamp, data }));
    const sentAt = String(time.utcS());
    const signed = createHmac("sha256", key).update(`${id}.${sentAt}.`).update(body).digest("base64");
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": sentAt,
      "webhook-signature": `v1,${signed}`,
    };
    const answer = await this.#client.send({ method: "POST", path: this.#path, headers, body });
    const status = answer.kind === "answer" ? answer.status : answer.begun?.status;
    if (status !== undefined && status >= 200 && status < 300) return undefined;
    if (answer.kind !== "answer" && status === undefined) return answer;
    return { reason: `answered ${status}`, code: "none" };
  }

  #say(event: string, reason: string, code: string): void {
    this.#options.log.warn("the webhook did not take a message", { event, reason, code });
  }
}
