import type { DecodeReason } from "@purrimeter/protocol/decode-error";

/** Why a tag does not run settings, in words for its owner. */
export const REFUSED_REASONS = ["too-large", "out-of-range", "newer-format", "unreadable"] as const;

export type RefusedReason = (typeof REFUSED_REASONS)[number];

/** What the tag's reason means to its owner. */
export function refusedReason(reason: DecodeReason): RefusedReason {
  switch (reason) {
    case "too-many":
    case "oversized":
      return "too-large";
    case "out-of-range":
      return "out-of-range";
    case "unknown-version":
    case "unknown-field":
      return "newer-format";
    case "empty":
    case "truncated":
    case "trailing-bytes":
    case "not-canonical":
    case "wrong-type":
    case "missing-field":
      return "unreadable";
  }
}
