/** How a tag's transition differs from the one that its fixes give. */
export type Difference =
  | "missing-in-tag"
  | "missing-in-ours"
  | "other-side"
  | "other-time"
  /** Side and time agree; the tag names another first entry as evidence. */
  | "other-evidence";

/** Why a transition cannot be judged. */
export type Incomparable =
  /** The state of the tag before its evidence is not known: the bridge or the tag's journal lost entries. */
  | "start-unknown"
  /** Nothing says yet that the tag ran these settings then. */
  | "settings-unproven"
  /** It was decided with other settings than the tag reports. */
  | "other-settings"
  /** A side faded, at a time that depends on how long the cat rested. */
  | "faded";

/** What came of one transition of a tag, or of one that it should have made. */
export type Comparison =
  | { readonly kind: "agree" }
  | { readonly kind: "differ"; readonly how: Difference }
  | { readonly kind: "not-comparable"; readonly why: Incomparable };
