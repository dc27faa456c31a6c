import type { Report } from "@purrimeter/protocol/messages";

/** An urgent report overtakes at most a backlog of so many. */
const MAX_HELD = 4;

/** A stored report that waits for its turn. */
export interface Ordered {
  readonly report: Report;
  /** The store holds every number up to this, or it will never come. */
  readonly through: number;
}

/** `from`: first number that has not been visited. `isAfterHole`: numbers before it are missing. */
export type Visit<Item> = (item: Item, from: number, isAfterHole: boolean) => void;

function lastOf({ first, entries }: Report): number {
  return first + entries.length - 1;
}

/** Visits the entries of one epoch in the order of their numbers, each once. Holds few reports that came too early. */
export class ReportOrder<Item extends Ordered> {
  #next: number | undefined;
  /** Numbers up to this are not worth waiting for. */
  #settled = 0;
  #held: Item[] = [];

  /** Takes a report and visits what can be visited. */
  push(item: Item, visit: Visit<Item>): void {
    this.#settled = Math.max(this.#settled, item.through, item.report.oldest - 1);
    this.#next ??= item.report.first;
    this.#held.push(item);
    this.#held.sort((a, b) => a.report.first - b.report.first);
    for (let ready = this.#takeReady(); ready !== undefined; ready = this.#takeReady())
      this.#visit(ready, visit);
  }

  #visit(item: Item, visit: Visit<Item>): void {
    const next = this.#next ?? 0;
    const { first } = item.report;
    if (lastOf(item.report) < next) return;
    visit(item, Math.max(first, next), first > next);
    this.#next = lastOf(item.report) + 1;
  }

  #takeReady(): Item | undefined {
    const [item] = this.#held;
    const next = this.#next ?? 0;
    if (item === undefined) return undefined;
    const { first } = item.report;
    // What the store had before this report came was not given to us: it has been left out.
    const isHole = first > next && this.#settled >= first - 1;
    return first <= next || isHole || this.#held.length > MAX_HELD ? this.#held.shift() : undefined;
  }
}
