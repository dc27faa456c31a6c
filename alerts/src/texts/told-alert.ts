import type { AlertFacts, AlertKind } from "@purrimeter/store/alert";

/** What the text of an alert is made from. */
export interface ToldAlert {
  readonly kind: AlertKind;
  readonly facts: AlertFacts;
  /** Seconds of UTC. */
  readonly createdAt: number;
}

/** Names that a text uses. */
export interface Names {
  readonly tag: string;
  readonly zone: string;
  readonly name: string;
}
