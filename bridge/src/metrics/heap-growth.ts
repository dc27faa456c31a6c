import { setFlagsFromString } from "node:v8";

/** More than this is work, and work wants a large young generation; less leaves the processor time to be frugal. */
const BUSY_REPORTS_PER_SECOND = 200;

const FRUGAL = ["--semi-space-growth-factor=1", "--heap-growing-percent=20"];
/** V8's own defaults. */
const GENEROUS = ["--semi-space-growth-factor=2", "--heap-growing-percent=0"];

/**
 * Lets V8's heap grow only while there is work. Tags that connect and then idle make garbage once; V8 would let its
 * young generation grow to 48 MiB for it, which is 25 KiB a tag at 2,000 tags. Under load the same frugality would cost
 * a fifth of the processor time. Both flags are read whenever the heap could grow, so they may change at any time.
 */
export class HeapGrowth {
  #generous = false;

  constructor() {
    FRUGAL.forEach(setFlagsFromString);
  }

  /** To be called about once a second with the number of reports since the last call. */
  adapt(reports: number): void {
    const generous = reports > BUSY_REPORTS_PER_SECOND;
    if (generous === this.#generous) return;
    this.#generous = generous;
    (generous ? GENEROUS : FRUGAL).forEach(setFlagsFromString);
  }
}
