import { expect, test } from "vitest";
import { Cursors } from "../lists/cursors.ts";
import { LivePositions, type LivePosition } from "./live-positions.ts";

const AT: LivePosition = { reports: { report: 7, number: 3, cut: 1 }, commands: 4, alerts: 9, told: "abc" };
const MIA = { owner: "mia", tag: "cat-1" };

let nowS = 1_000_000;
const cursors = new Cursors(Buffer.alloc(32, 1));
const positions = new LivePositions(cursors, () => nowS);

test("a position comes back within the hour, and not after it or from a clock that is far ahead", () => {
  const id = positions.seal(MIA, AT);
  expect(positions.open(MIA, id)).toEqual(AT);
  nowS += 3_600;
  expect(positions.open(MIA, id)).toEqual(AT);
  nowS += 1;
  expect(positions.open(MIA, id)).toBe("too-old");
  nowS -= 3_601 + 61;
  expect(positions.open(MIA, id)).toBe("too-old");
});

test("is nobody else's, of no other tag and of no other key, and no other cursor is one", () => {
  const id = positions.seal(MIA, AT);
  for (const scope of [{ owner: "tom", tag: "cat-1" }, { owner: "mia", tag: "cat-2" }, { owner: "mia" }])
    expect(positions.open(scope, id)).toBe("unknown");
  const others = new LivePositions(new Cursors(Buffer.alloc(32, 2)), () => nowS);
  expect(others.open(MIA, id)).toBe("unknown");
  expect(
    positions.open(MIA, cursors.seal({ route: "events", ...MIA }, [1, nowS, 7, 3, 1, 4, 9, "abc"])),
  ).toBe("unknown");
  expect(positions.open(MIA, cursors.seal({ route: "live", ...MIA }, [2, nowS, -1]))).toBe("unknown");
});

test.each(["", "0", "AAAA", "a b", "\u0000", "../..", "1700000000-7-1"])("%j is no position", (id) => {
  expect(positions.open(MIA, id)).toBe("unknown");
});
