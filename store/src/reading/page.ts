/** Some of a list, and where the rest begins (undefined: that was all). */
export interface Page<Item, Position> {
  readonly items: readonly Item[];
  readonly next: Position | undefined;
}

export interface ListRange<Id> {
  readonly after?: Id | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}
