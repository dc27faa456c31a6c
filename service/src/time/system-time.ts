import type { Cancel, Time, TimerOptions } from "./time.ts";

/** Node fires a timer at once when it is longer: its delay is a signed 32-bit integer. */
const LONGEST_TIMER_MS = 2_147_483_647;

function check(ms: number, least: number): void {
  if (!(ms >= least && Number.isFinite(ms))) throw new RangeError(`a timer cannot wait for ${ms} ms`);
}

function after(ms: number, work: () => void, { background = false }: TimerOptions = {}): Cancel {
  check(ms, 0);
  let timer: NodeJS.Timeout;
  const wait = (restMs: number): void => {
    const stepMs = Math.min(restMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => (restMs > stepMs ? wait(restMs - stepMs) : work()), stepMs);
    if (background) timer.unref();
  };
  wait(ms);
  return () => clearTimeout(timer);
}

function every(ms: number, work: () => void, { background = false }: TimerOptions = {}): Cancel {
  check(ms, 1);
  if (ms > LONGEST_TIMER_MS)
    throw new RangeError(`a repeated timer waits for ${LONGEST_TIMER_MS} ms at most`);
  const timer = setInterval(work, ms);
  if (background) timer.unref();
  return () => clearInterval(timer);
}

/** The machine's time. The only file that touches its clocks and timers. */
export const systemTime: Time = {
  utcMs: () => Date.now(),
  utcS: () => Math.floor(Date.now() / 1_000),
  monotonicMs: () => performance.now(),
  after,
  every,
};
