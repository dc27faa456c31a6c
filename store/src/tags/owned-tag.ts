import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Detection } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ClockRefusal } from "./clock-refusal.ts";
import type { ListRange, Page } from "../reading/page.ts";

/** How often a tag is located and reports, seconds, 1 to 86,400. */
interface TagPace {
  /** Between fixes near an edge. */
  readonly fixIntervalS: number;
  /** Between reports when nothing happens. */
  readonly reportIntervalS: number;
}

/** What is left out stays. */
export type PaceChange = { readonly [Part in keyof TagPace]?: TagPace[Part] | undefined };

/** A tag as its owner sees it. */
export interface OwnedTag {
  readonly id: TagId;
  /** undefined when it does not open under its key. */
  readonly name: string | undefined;
  readonly claimedAt: UnixSeconds;
  readonly lastHeardAt: UnixSeconds | undefined;
  readonly batteryPercent: number | undefined;
  /** When its certificate last began more sessions than one tag needs; undefined when it never did. */
  readonly manySessionsAt: UnixSeconds | undefined;
  readonly settings: {
    readonly wanted: number;
    /** Version that the tag says it runs; 0 for none yet. */
    readonly reported: number;
    /** That the tag will not run the wanted ones, and why; version 0 when it could not even read which they are. */
    readonly refused: { readonly version: number; readonly reason: DecodeReason } | undefined;
    /** Parts of the wanted settings that the tag's firmware is too old for: it runs them without. undefined for none. */
    readonly ignored: readonly ("detection" | "lost")[] | undefined;
  };
  /** How much evidence a change of side takes. */
  readonly detection: Detection;
  /** Of the wanted settings. */
  readonly pace: TagPace;
  /** Whether lost mode is wanted. */
  readonly isLost: boolean;
}

/** The tags of one owner. Missing and foreign give the same answer. */
export interface TagsView {
  /** Ascending by id. */
  tags(range: ListRange<TagId>): Promise<Page<OwnedTag, TagId>>;
  tag(id: TagId): Promise<OwnedTag | "not-found">;
  /** A code works once. Wrong, used and revoked give the same answer. Starts a new ownership; a former owner loses the tag. */
  claim(code: string, name: string): Promise<OwnedTag | "wrong-code" | ClockRefusal>;
  renameTag(id: TagId, name: string): Promise<OwnedTag | "not-found">;
  /** The tag's settings have a new version afterwards, unless it is so already. */
  setDetection(id: TagId, detection: Detection): Promise<OwnedTag | "not-found">;
  /** The same for its pace; what is left out stays. */
  setPace(id: TagId, change: PaceChange): Promise<OwnedTag | "not-found">;
  /** Ends the ownership and deletes all that was stored in it. */
  eraseTag(tag: TagId): Promise<"erased" | "not-found">;
}
