/** Takes back a timer; does nothing when it has fired or was taken back already. */
export type Cancel = () => void;

/** How a timer behaves. */
export interface TimerOptions {
  /** The timer does not keep the process alive; otherwise it does. */
  readonly background?: boolean;
}

/** The only way to ask for the time or to wait, so that a whole system can run in virtual time. */
export interface Time {
  /** Milliseconds of UTC since 1970. May jump, also backwards. */
  utcMs(): number;
  /** Whole seconds of UTC since 1970. */
  utcS(): number;
  /** Milliseconds since an unknown moment; never goes backwards. For durations. */
  monotonicMs(): number;
  /** Calls `work` once, `ms` from now. RangeError when `ms` is negative or not finite. */
  after(ms: number, work: () => void, options?: TimerOptions): Cancel;
  /** Calls `work` each `ms` from now on. RangeError when `ms` is less than 1 or not finite. */
  every(ms: number, work: () => void, options?: TimerOptions): Cancel;
}
