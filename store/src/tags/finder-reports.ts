import type { LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";

/** Reports of finders kept for a tag: those of a true finder and of many who only read the collar. */
export const MAX_FINDER_REPORTS = 100;

/** Of these, those of one address: the first ones. */
export const MAX_ADDRESS_REPORTS = 3;

/** What somebody writes who found a tag. Of the finder nothing else is kept but a keyed hash of the address. */
export interface FinderDraft {
  readonly message: string;
  /** How the owner may answer, if the finder wants it. */
  readonly contact: string | undefined;
  readonly place: { readonly latE7: LatE7; readonly lonE7: LonE7 } | undefined;
}

export interface FinderReport extends Omit<FinderDraft, "message"> {
  /** undefined, as is the rest, when it does not open under its key. */
  readonly message: string | undefined;
  readonly id: number;
  readonly at: UnixSeconds;
}

/** What anybody may do who reads the code on a tag. Says nothing of an owner, not even whether there is one. */
export interface FinderReports {
  /** Whether a tag of ours has that printed code. */
  isTag(printedCode: string): Promise<boolean>;
  /**
   * Keeps the report, sealed for the tag's owner; nothing is kept for a tag without one, and no more than
   * MAX_ADDRESS_REPORTS of one address. The finder cannot tell. `address`: one text for one subscriber; never kept in clear.
   */
  report(printedCode: string, draft: FinderDraft, address: string): Promise<"taken" | "unknown-code">;
}

/** What was written of the tags of one owner. */
export interface FinderReportsView {
  /** What people wrote who found the tag, oldest first. */
  finderReports(tag: TagId): Promise<readonly FinderReport[] | "not-found">;
}
