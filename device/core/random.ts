/** 0 is the one state that xorshift never leaves. */
const NOT_ZERO = 0x9e3779b9;

/**
 * Pseudo-random numbers, the same from the same seed on every engine: xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
 * For jitter, never for keys.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed ^ NOT_ZERO) >>> 0 === 0 ? NOT_ZERO : seed ^ NOT_ZERO;
  }

  /** 0 or more, less than 1. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) / 4_294_967_296;
  }
}
