import type { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { AllowsAddress } from "./endpoint-address.ts";

/** What routes of alerts need from outside. */
export interface AlertParts {
  /** Of changes to channels, by account. */
  readonly channelRates: RateLimiter;
  /** Of codes that are sent to what somebody calls their endpoint, by endpoint, whoever asks. */
  readonly endpointRates: RateLimiter;
  /** Whether messages may go to an address. */
  readonly allowsAddress: AllowsAddress;
  /** The key that browsers subscribe with; undefined when the notifier does not answer. */
  pushKey(): Promise<string | undefined>;
}
