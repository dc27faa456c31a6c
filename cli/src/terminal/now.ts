import type { UnixSeconds } from "@purrimeter/protocol/values";

/** UTC, whole seconds. Commands are the composition: they may read the clock. */
export function nowS(): UnixSeconds {
  return Math.floor(Date.now() / 1000) as UnixSeconds;
}
