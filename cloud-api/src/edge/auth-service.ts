import { JsonClient } from "@purrimeter/service/json-client";
import type { JsonAnswer } from "@purrimeter/service/json-client";
import type { Time } from "@purrimeter/service/time";
import type { IncomingHttpHeaders } from "node:http";
import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import {
  CLIENT_ADDRESS_HEADER,
  ENDED_SESSIONS_HEADER,
  PAGE_REFRESH_TOKEN_HEADER,
} from "@purrimeter/auth-api/internal";
import type { AuthReport } from "./auth-report.ts";
import type { EndedSessions } from "./ended-sessions.ts";

/** Longer than any access token lives; the service's feed says the exact time later. */
const ENDED_FOR_S = 3_600;

/** A password takes a tenth of a second to check; a queue of them some seconds. */
export const DEADLINE_MS = 10_000;

/** After a call without an answer in time, others are refused at once for so long; then one call tries again. */
const HUNG_MS = 2_000;

/** The longest answer is a thousand events of the trail, at some 350 bytes. */
const MAX_ANSWER_BYTES = 1_048_576;

export interface AuthServiceOptions {
  readonly url: string;
  /** PEM of the service's authority, of our certificate (CN cloud-api) and of its key. */
  readonly authority: string | Buffer;
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  readonly ended: EndedSessions;
  readonly time: Time;
  /** Told how each call went. */
  readonly report: Pick<AuthReport, "answered" | "failed">;
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
      /** Mark of a familiar device, for the client to keep. */
      readonly deviceMark?: string | undefined;
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
  /** Mark of a familiar device, as the client sent it. */
  readonly deviceMark?: string;
  /** JSON: bytes are passed on as they are. */
  readonly body?: object;
  readonly deadlineMs?: number;
}

/** The authentication service over mutual TLS 1.3, connections kept. Never throws for what the network does. */
export class AuthService {
  readonly #options: AuthServiceOptions;
  readonly #client: JsonClient;
  #isClosed = false;
  /** Refused at once until then; undefined while the service answers. */
  #hungUntilMs: number | undefined;
  #isProbing = false;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
    const { url, authority, certificate, key, time } = options;
    const identity = { certificate, key };
    const limits = { deadlineMs: DEADLINE_MS, maxAnswerBytes: MAX_ANSWER_BYTES };
    this.#client = new JsonClient({ url, authority, identity, time, ...limits });
  }

  /** Calls the service. Sessions that the call ended are refused here before the answer is handed on. */
  async call(call: AuthCall): Promise<AuthAnswer> {
    const { method, path, body, deadlineMs = DEADLINE_MS } = call;
    // A call that waits for news is no probe: it may be silent for long.
    const isWaiting = deadlineMs > DEADLINE_MS;
    if (!isWaiting && this.#isHung()) return { kind: "unavailable" };
    const isProbe = !isWaiting && this.#hungUntilMs !== undefined;
    if (isProbe) this.#isProbing = true;
    const answer = await this.#client.send({ method, path, body, deadlineMs, headers: headersOf(call) });
    if (isProbe) this.#isProbing = false;
    this.#noteHung(answer.kind === "timeout");
    this.#recordEnded(answer.kind === "answer" ? answer.headers : answer.begun?.headers);
    if (answer.kind === "answer") {
      this.#options.report.answered();
      return answerOf(answer);
    }
    if (!this.#isClosed) this.#options.report.failed(answer);
    return { kind: "unavailable" };
  }

  /** Ends the connections; a call under way that ends with them is no failure of the service. */
  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  #isHung(): boolean {
    if (this.#hungUntilMs === undefined) return false;
    return this.#isProbing || this.#options.time.monotonicMs() < this.#hungUntilMs;
  }

  /** A refused connection fails fast by itself: only silence is worth avoiding. */
  #noteHung(isSilent: boolean): void {
    this.#hungUntilMs = isSilent ? this.#options.time.monotonicMs() + HUNG_MS : undefined;
  }

  #recordEnded(headers: IncomingHttpHeaders | undefined): void {
    const ids = headers?.[ENDED_SESSIONS_HEADER];
    if (typeof ids !== "string") return;
    const untilS = this.#options.time.utcS() + ENDED_FOR_S;
    for (const session of ids.split(",")) this.#options.ended.add(session.trim(), untilS);
  }
}

function headersOf({
  accessToken,
  clientAddress,
  deviceMark,
  pageRefreshToken,
}: AuthCall): Record<string, string> {
  return {
    ...(clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: clientAddress }),
    ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    ...(deviceMark !== undefined && { [DEVICE_MARK_HEADER]: deviceMark }),
    ...(pageRefreshToken !== undefined && { [PAGE_REFRESH_TOKEN_HEADER]: pageRefreshToken }),
  };
}

function answerOf({ kind, status, headers, text, body }: JsonAnswer): AuthAnswer {
  const mark = headers[DEVICE_MARK_HEADER];
  return {
    ...{ kind, status, text, body },
    mediaType: headers["content-type"],
    retryAfter: headers["retry-after"],
    challenge: headers["www-authenticate"],
    ...(typeof mark === "string" && { deviceMark: mark }),
  };
}
