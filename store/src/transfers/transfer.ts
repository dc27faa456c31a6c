import type { ClockRefusal } from "../tags/clock-refusal.ts";
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

export interface OfferedTransfer {
  readonly code: string;
  readonly transfer: Transfer;
}

export type ConfirmOutcome =
  "transferred" | "not-found" | "not-accepted" | "wrong-check-number" | ClockRefusal;

/** Tags that go from one account to another, as seen by both. */
export interface TransfersView {
  /** undefined when the tag is not offered. */
  transfer(tag: TagId): Promise<Transfer | undefined | "not-found">;
  /** A one-time code with which another account accepts the tag, within OFFER_S. An offer that stood before is void. */
  offerTransfer(tag: TagId): Promise<OfferedTransfer | "not-found" | ClockRefusal>;
  cancelTransfer(tag: TagId): Promise<"cancelled" | "not-found">;
  /** As the recipient of somebody else's tag; nothing of it is theirs before its owner confirms. */
  acceptTransfer(code: string): Promise<AcceptedTransfer | "wrong-code" | ClockRefusal>;
  /** Gives the tag away: a new ownership starts, neither sees the other's time, and what was shared ends. */
  confirmTransfer(tag: TagId, checkNumber: string): Promise<ConfirmOutcome>;
}
