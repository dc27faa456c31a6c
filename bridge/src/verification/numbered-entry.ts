import type { Entry } from "@purrimeter/protocol/entry";

/** An entry with its place in the journal. */
export type NumberedEntry = Entry & { readonly number: number };
