import fc from "fast-check";
import { expect, it } from "vitest";
import { SerialQueue } from "./serial-queue.ts";

/** A port with a FIFO of 128 bytes that throws when more is written than fits. */
class Fifo {
  readonly sent: number[] = [];
  free = 0;

  write(bytes: Uint8Array): void {
    if (bytes.length > this.free) throw new Error("output full");
    this.free -= bytes.length;
    this.sent.push(...bytes);
  }
}

it("hands over what fits, in order, and never more", () => {
  const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 128 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(pieces, (steps) => {
      const fifo = new Fifo();
      const queue = new SerialQueue((bytes) => fifo.write(bytes));
      const expected: number[] = [];
      for (const step of steps) {
        if (typeof step === "number") queue.writable((fifo.free = step));
        else if (queue.push(step)) expected.push(...step);
      }
      for (let i = 0; i < 60; i++) queue.writable((fifo.free = 128));
      expect(fifo.sent).toEqual(expected);
    }),
  );
});

it("takes nothing that does not fit as a whole, and forgets what it is told to forget", () => {
  const fifo = new Fifo();
  const queue = new SerialQueue((bytes) => fifo.write(bytes));
  expect(queue.push(new Uint8Array(3_000))).toBe(true);
  expect(queue.push(new Uint8Array(100))).toBe(false);
  queue.clear();
  expect(queue.push(Uint8Array.of(1, 2))).toBe(true);
  queue.writable((fifo.free = 128));
  expect(fifo.sent).toEqual([1, 2]);
});
