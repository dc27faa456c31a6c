import type { Random } from "../random.ts";

/**
 * Episodes that begin at random and last a random time, exact for steps of any length: after a long step an earlier
 * episode is over, and a new one is as likely as at any time.
 */
export class Episodes {
  isOn = false;
  readonly #everyS: number;
  readonly #lastsS: number;
  readonly #random: Random;

  /** `everyS`: mean time from the end of one to the next, Infinity for never; `lastsS`: mean time that one lasts. */
  constructor(everyS: number, lastsS: number, random: Random) {
    this.#everyS = everyS;
    this.#lastsS = lastsS;
    this.#random = random;
  }

  /** Advances by `seconds` seconds: no episode, the same one as before, or a new one. */
  advance(seconds: number): "none" | "same" | "new" {
    if (this.#everyS === Infinity) return "none";
    const wasOn = this.isOn;
    const share = this.#lastsS / (this.#everyS + this.#lastsS);
    const settled = 1 - Math.exp(-seconds / this.#everyS - seconds / this.#lastsS);
    const goesOn = wasOn ? Math.exp(-seconds / this.#lastsS) : 0;
    const isOnAgain = wasOn ? 1 - settled * (1 - share) - goesOn : settled * share;
    const draw = this.#random.next();
    this.isOn = draw < goesOn + isOnAgain;
    if (!this.isOn) return "none";
    return draw < goesOn ? "same" : "new";
  }
}
