import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { PlacedEntry } from "./placed-entry.ts";

/** A row for its owner: `table` and columns, what was sealed in plain words. Times are seconds of UTC. */
export type ExportedRow = { readonly table: string } & Readonly<Record<string, unknown>>;

/** A tag's time with the owner, now or formerly. */
export interface ArchivedOwnership {
  readonly id: number;
  readonly tag: TagId;
  readonly endedAt: UnixSeconds | undefined;
}

/** One kind of rows of an owner; `name` is that of the registry of tables. */
interface ArchivedPart {
  readonly name: string;
  rows(): AsyncGenerator<ExportedRow>;
}

/** All that is stored of one owner, for the owner. Rows are read while they are asked for, a few at a time. */
export interface OwnerArchive {
  ownerships(): readonly ArchivedOwnership[];
  /** Everything but entries. */
  parts(): readonly ArchivedPart[];
  /** All entries of an ownership, a UTC day at a time, each day in the order of time. */
  entries(ownership: ArchivedOwnership): AsyncGenerator<readonly PlacedEntry[]>;
}
