/** Whose data a table of the location database holds: an account's, or that of a tag for the time that it is an account's. */
export type LocationHolder = "owner" | "ownership";
