import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ListRange, Page } from "../reading/page.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { PrintedCode } from "./printed-code.ts";
import type { RegistrationState } from "../recording/report-store.ts";

export interface RegisteredTag {
  readonly id: TagId;
  readonly standing: Exclude<RegistrationState, "unknown">;
  readonly registeredAt: UnixSeconds;
}

/** What the operator may do: say which tags exist. No owner, no name and no location is read here. */
export interface TagRegistry {
  /**
   * All that is done here is in the audit trail with it; `by` is the operator's account, nobody's at the command line.
   * Makes the tag known with a one-time claim code (see createClaimCode); only its hash is kept.
   */
  register(tag: TagId, claimCode: string, at: UnixSeconds): Promise<"registered" | "exists">;
  /** A new one-time code for a known tag, for its next owner; the present owner keeps it until the code is used. */
  renewClaimCode(tag: TagId, claimCode: string): Promise<"renewed" | "not-found">;
  /**
   * The same for a tag that no living account has: one that was given up or lost its code, or whose owner has no account
   * any more. `isLiving` is asked for the present owner, with undefined for none.
   */
  renewLostCode(
    tag: TagId,
    claimCode: string,
    isLiving: (owner: OwnerId | undefined) => Promise<boolean>,
    by?: OwnerId,
  ): Promise<"renewed" | "not-found" | "claimed" | "revoked">;
  /** Refuses everything from the tag from now on. */
  revoke(tag: TagId, at: UnixSeconds, by?: OwnerId): Promise<"revoked" | "not-found">;
  list(): Promise<readonly RegisteredTag[]>;
  /** Ascending by id. */
  page(range: ListRange<TagId>): Promise<Page<RegisteredTag, TagId>>;
  /** The public code for the outside of the tag (see createPrintedCode), made at first use; the same ever after. */
  printedCode(tag: TagId): Promise<PrintedCode | "not-found">;
}
