/** Why an entry is stored but not believed. Stable: the place in this list is what is stored. */
export const DOUBTS = ["future", "null-island", "too-old", "too-fast", "by-owner"] as const;

/** Why an entry is stored but not believed: kept and marked, never the latest location. */
export type Doubt = (typeof DOUBTS)[number];
