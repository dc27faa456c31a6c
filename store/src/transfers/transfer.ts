import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";

/** How long the offer of a tag stands, accepted or not. */
export const OFFER_S = 3 * 86_400;

/** An offer of a tag as its owner sees it. */
export interface Transfer {
  readonly offeredAt: UnixSeconds;
  readonly expiresAt: UnixSeconds;
  /** undefined while nobody has accepted. */
  readonly acceptedAt: UnixSeconds | undefined;
}

/** An offer as whoever accepted it sees it. The owner confirms with the check number, told from person to person. */
export interface AcceptedTransfer {
  readonly tag: TagId;
  readonly expiresAt: UnixSeconds;
  /** Six digits: proves to the owner that the right person accepted, and not one who found the code. */
  readonly checkNumber: string;
}

export type ConfirmOutcome = "transferred" | "not-found" | "not-accepted" | "wrong-check-number";
