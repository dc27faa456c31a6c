/**
 * More than an escape sent ahead of a backlog needs; an acknowledgement beyond them is forgotten and its entries go out
 * again.
 */
const CAPACITY = 8;

/**
 * Numbers acknowledged ahead of a hole, as spans that neither touch nor overlap. In memory only: after a restart they are
 * sent again.
 */
export class ReleasedSpans {
  private readonly firsts: Uint32Array;
  private readonly lasts: Uint32Array;
  private count = 0;

  constructor() {
    this.firsts = new Uint32Array(CAPACITY);
    this.lasts = new Uint32Array(CAPACITY);
  }

  /** Joins spans that touch; false when there is no room for one more. */
  add(first: number, last: number): boolean {
    let from = first;
    let to = last;
    for (let i = this.count - 1; i >= 0; i--) {
      const start = this.firsts[i] as number;
      const end = this.lasts[i] as number;
      if (start > to + 1 || end + 1 < from) continue;
      from = Math.min(from, start);
      to = Math.max(to, end);
      this.removeAt(i);
    }
    if (this.count === CAPACITY) return false;
    this.firsts[this.count] = from;
    this.lasts[this.count] = to;
    this.count++;
    return true;
  }

  /** The last number of the span that holds `number`, or 0. */
  endOf(number: number): number {
    for (let i = 0; i < this.count; i++) {
      const end = this.lasts[i] as number;
      if (number >= (this.firsts[i] as number) && number <= end) return end;
    }
    return 0;
  }

  /** How many numbers from `first` to `last` are in a span. */
  countIn(first: number, last: number): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) {
      const from = Math.max(first, this.firsts[i] as number);
      const to = Math.min(last, this.lasts[i] as number);
      if (to >= from) sum += to - from + 1;
    }
    return sum;
  }

  /** Forgets spans that end at or below `number`. */
  forgetThrough(number: number): void {
    for (let i = this.count - 1; i >= 0; i--) if ((this.lasts[i] as number) <= number) this.removeAt(i);
  }

  private removeAt(index: number): void {
    this.count--;
    this.firsts[index] = this.firsts[this.count] as number;
    this.lasts[index] = this.lasts[this.count] as number;
  }
}
