/** What was looked at, and what it said. */
export interface Finding {
  /** A stable name: "locations.db", "key-ring". */
  readonly name: string;
  readonly ok: boolean;
  /** One line for people; names files, tables and numbers, never a person or a place. */
  readonly detail: string;
}

/** Something that is as it has to be. */
export function fine(name: string, detail: string): Finding {
  return { name, ok: true, detail };
}

/** Something that is wrong, and what to do where that is known. */
export function wrong(name: string, detail: string): Finding {
  return { name, ok: false, detail };
}
