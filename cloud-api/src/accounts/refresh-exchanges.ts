import { createHash } from "node:crypto";
import type { AuthAnswer } from "../edge/auth-service.ts";

/** A tab that asked with the old cookie while the new one was on its way asks within this time. */
const KEPT_MS = 5_000;

interface Exchange {
  readonly answer: Promise<AuthAnswer>;
  readonly beganMs: number;
}

/**
 * One exchange for each refresh token in a cookie, however many tabs ask: the second exchange of a token would end the
 * session as stolen. All of them get the same new tokens, whose own reuse is noticed as ever.
 */
export class RefreshExchanges {
  readonly #exchanges = new Map<string, Exchange>();
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** The answer for what a page sent, cookie and body: that of an exchange under way or just over, or what `ask` gets. */
  of(cookie: string, body: Uint8Array, ask: () => Promise<AuthAnswer>): Promise<AuthAnswer> {
    this.#forgetOld();
    const key = createHash("sha256").update(`${cookie} `).update(body).digest("base64");
    const known = this.#exchanges.get(key);
    if (known !== undefined) return known.answer;
    const answer = this.#keepIfGood(key, ask());
    this.#exchanges.set(key, { answer, beganMs: this.#monotonicMs() });
    return answer;
  }

  async #keepIfGood(key: string, asked: Promise<AuthAnswer>): Promise<AuthAnswer> {
    let isGood = false;
    try {
      const answer = await asked;
      isGood = answer.kind === "answer" && answer.status === 200;
      return answer;
    } finally {
      if (!isGood) this.#exchanges.delete(key);
    }
  }

  /** The oldest come first. */
  #forgetOld(): void {
    const before = this.#monotonicMs() - KEPT_MS;
    for (const [key, { beganMs }] of this.#exchanges) {
      if (beganMs > before) return;
      this.#exchanges.delete(key);
    }
  }
}
