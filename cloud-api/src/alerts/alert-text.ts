import type { Alert, AlertPreferences } from "@purrimeter/store/alert";

/** What an alert says to a person. */
export interface AlertText {
  /** One line of at most 60 characters. */
  readonly title: string;
  /** Plain text. */
  readonly text: string;
}

/** An alert whose facts could be opened. */
export type ReadableAlert = Pick<Alert, "kind"> & { readonly facts: NonNullable<Alert["facts"]> };

/** Words an alert in the language and time zone of its account; pure. */
export type TextOfAlert = (alert: ReadableAlert, preferences: AlertPreferences) => AlertText;
