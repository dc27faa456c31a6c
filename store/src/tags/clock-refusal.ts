/**
 * Nothing was done, because the server's clock is not trusted: what begins or expires at a wrong time would show or hide what it
 * must not. Works again when the clock is right.
 */
export type ClockRefusal = "clock-not-trusted";

export const CLOCK_NOT_TRUSTED: ClockRefusal = "clock-not-trusted";
