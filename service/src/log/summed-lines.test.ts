import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { SummedLines } from "./summed-lines.ts";

test("a flood of one origin is summed, and leaves room for others and for other kinds", () => {
  const time = new ManualTime();
  const sums: string[] = [];
  const lines = new SummedLines({
    perKind: { burst: 10, perSecond: 0.01 },
    perOrigin: { burst: 3, perSecond: 0.01 },
    monotonicMs: () => time.monotonicMs(),
    onSum: (kind, count) => void sums.push(`${kind} ${count}`),
    everyMs: 60_000,
  });
  const written = (kind: string, origin: string, count: number): number =>
    Array.from({ length: count }, () => lines.mayWrite(kind, origin)).filter(Boolean).length;
  expect(written("a", "mallory", 1_000)).toBe(3);
  expect(written("a", "alf", 2)).toBe(2);
  expect(written("b", "mallory", 2)).toBe(2);
  time.advance(60_000);
  lines.summarise();
  lines.summarise();
  expect(sums).toEqual(["a 997"]);
  for (let i = 0; i < 100; i++) lines.mayWrite("a", `address ${i}`);
  time.advance(60_000);
  lines.mayWrite("b");
  expect(sums).toEqual(["a 997", "a 95"]);
});
