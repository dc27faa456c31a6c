import type { Destinations } from "@purrimeter/notifier/destinations";
import type { RateLimiter } from "@purrimeter/service/rate-limiter";

/** What routes of alerts need from outside. */
export interface AlertParts {
  /** Of changes to channels, by account. */
  readonly channelRates: RateLimiter;
  /** Of alerts that are put off, by account: each is told again over all their channels. */
  readonly snoozeRates: RateLimiter;
  /** Of codes that are sent to what somebody calls their endpoint, by endpoint, whoever asks. */
  readonly endpointRates: RateLimiter;
  /** Where messages may go. */
  readonly destinations: Destinations;
  /** The key that browsers subscribe with; undefined when the notifier does not answer. */
  pushKey(): Promise<string | undefined>;
}
