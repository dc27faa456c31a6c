import { createHash } from "node:crypto";
import { PERSONAL_TOKEN, PERSONAL_TOKEN_PREFIX } from "@purrimeter/auth-api/access-tokens";
import { exchangedSchema, exchangeRoute } from "@purrimeter/auth-api/internal";
import { LruMap } from "@purrimeter/service/lru-map";
import type { AuthService } from "./auth-service.ts";
import { declaredAnswer } from "./declared-answer.ts";
import { refuse } from "./problem.ts";

/** Exchanged tokens are asked for anew this long before they end. */
const MARGIN_S = 30;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly accessToken: Promise<string | undefined>;
  untilS: number;
}

/** What is needed of the surroundings. */
export interface PersonalTokensOptions {
  readonly auth: Pick<AuthService, "call">;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/**
 * Exchanges personal access tokens for access tokens with their scopes, and remembers those until shortly before they
 * end. Whether one has been ended is for the check of the access token to see, which happens each time.
 */
export class PersonalTokens {
  readonly #options: PersonalTokensOptions;
  readonly #remembered = new LruMap<string, Remembered>(MAX_REMEMBERED);

  constructor(options: PersonalTokensOptions) {
    this.#options = options;
  }

  /** Whether the text means to be one. */
  isPersonal(token: string): boolean {
    return token.startsWith(PERSONAL_TOKEN_PREFIX);
  }

  /** The access token for it; undefined when it is not valid. Throws a problem when the service cannot say. */
  accessTokenFor(token: string, clientAddress: string): Promise<string | undefined> {
    if (!PERSONAL_TOKEN.test(token)) return Promise.resolve(undefined);
    const key = createHash("sha256").update(token).digest("base64");
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#options.now() < known.untilS) return known.accessToken;
    const asked: Remembered = { accessToken: this.#exchange(key, token, clientAddress), untilS: Infinity };
    this.#remembered.set(key, asked);
    return asked.accessToken;
  }

  async #exchange(key: string, token: string, clientAddress: string): Promise<string | undefined> {
    let untilS = 0;
    try {
      const call = { method: "POST", path: exchangeRoute.path, clientAddress, body: { token } } as const;
      const answer = declaredAnswer(exchangeRoute, await this.#options.auth.call(call));
      if (answer.status === 401) return undefined;
      if (answer.status === 429) throw tooManyRequests(answer.retryAfter);
      const { accessToken, expiresIn } = exchangedSchema.parse(answer.body);
      untilS = this.#options.now() + expiresIn - MARGIN_S;
      return accessToken;
    } finally {
      this.#keepUntil(key, untilS);
    }
  }

  #keepUntil(key: string, untilS: number): void {
    const asked = this.#remembered.peek(key);
    if (asked === undefined) return;
    asked.untilS = untilS;
    if (untilS === 0) this.#remembered.delete(key);
  }
}

function tooManyRequests(retryAfter = "1"): Error {
  const detail = `Try again in ${retryAfter} s.`;
  return refuse("too-many-requests", detail, undefined, { "Retry-After": retryAfter });
}
