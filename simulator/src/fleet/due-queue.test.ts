import fc from "fast-check";
import { expect, it } from "vitest";
import { DueQueue } from "./due-queue.ts";

it("gives each item once, at the time it was given last, in order of time", () => {
  const change = fc.record({ item: fc.nat(20), dueMs: fc.nat(1_000) });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const items = Array.from({ length: 21 }, (_, id) => ({ id }));
      const queue = new DueQueue<{ id: number }>();
      const wanted = new Map<number, number>();
      for (const { item, dueMs } of changes) {
        queue.set(items[item]!, dueMs);
        wanted.set(item, dueMs);
      }
      const taken: number[] = [];
      for (let nowMs = queue.nextMs(); nowMs !== Infinity; nowMs = queue.nextMs()) {
        expect(queue.take(nowMs - 1)).toBeUndefined();
        const { id } = queue.take(nowMs)!;
        expect(wanted.get(id)).toBe(nowMs);
        taken.push(nowMs);
      }
      expect(taken).toEqual([...wanted.values()].sort((a, b) => a - b));
    }),
  );
});
