import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Time } from "@purrimeter/service/time";

/** UTC as a date, as the authority takes it. */
export function utcDate(time: Time): Date {
  return new Date(time.utcMs());
}

/** UTC in whole seconds. */
export function utcSeconds(time: Time): UnixSeconds {
  return time.utcS() as UnixSeconds;
}
