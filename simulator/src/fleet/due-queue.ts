interface Entry<T> {
  readonly dueMs: number;
  readonly item: T;
  readonly version: number;
}

/** What is due when: a binary heap in which an item is due once, at the time it was given last. */
export class DueQueue<T extends object> {
  readonly #heap: Entry<T>[] = [];
  readonly #versions = new WeakMap<T, number>();

  /** Sets when the item is due; Infinity takes it out. */
  set(item: T, dueMs: number): void {
    const version = (this.#versions.get(item) ?? 0) + 1;
    this.#versions.set(item, version);
    if (dueMs !== Infinity) this.#push({ dueMs, item, version });
  }

  /** When the first item is due; Infinity when none is. */
  nextMs(): number {
    this.#dropStale();
    return this.#heap[0]?.dueMs ?? Infinity;
  }

  /** Takes out the first item that is due at `nowMs`. */
  take(nowMs: number): T | undefined {
    if (this.nextMs() > nowMs) return undefined;
    return this.#pop()?.item;
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#versions.get(top.item) === top.version) return;
      this.#pop();
    }
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    for (let parent = (i - 1) >> 1; i > 0 && heap[parent]!.dueMs > entry.dueMs; parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): Entry<T> | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.dueMs < heap[child]!.dueMs) child++;
      if (heap[child]!.dueMs >= last.dueMs) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
