import { expect, it } from "vitest";
import type { Report } from "@purrimeter/protocol/messages";
import { ReportOrder, type Ordered } from "./report-order.ts";

function report(first: number, count: number, through: number, oldest = first): Ordered {
  const entries = Array.from({ length: count }, () => ({ kind: "no-sky", at: 1, searchedS: 1 }));
  return { report: { epoch: 1, first, oldest, entries } as unknown as Report, through };
}

/** What each push visits, as `from-last`, with `!` after a hole. */
function visits(...items: readonly Ordered[]): string[] {
  const order = new ReportOrder();
  return items.map((item) => {
    const seen: string[] = [];
    order.push(item, (visited, from, isAfterHole) =>
      seen.push(
        `${isAfterHole ? "!" : ""}${from}-${visited.report.first + visited.report.entries.length - 1}`,
      ),
    );
    return seen.join(" ");
  });
}

it("visits what is new of reports that come in order, twice or overlapping", () => {
  expect(visits(report(5, 5, 9), report(5, 5, 9), report(8, 4, 11))).toEqual(["5-9", "", "10-11"]);
});

it("holds an urgent report until the backlog before it has come", () => {
  expect(visits(report(1, 10, 10), report(80, 5, 10, 11), report(11, 69, 84))).toEqual([
    "1-10",
    "",
    "11-79 80-84",
  ]);
});

it("does not wait for what the tag has given up, or what was stored without us", () => {
  expect(visits(report(1, 2, 2), report(8, 2, 9, 8))).toEqual(["1-2", "!8-9"]);
  expect(visits(report(1, 2, 2), report(8, 2, 9, 3))).toEqual(["1-2", "!8-9"]);
});

it("holds no more than a few", () => {
  const early = [10, 20, 30, 40, 50].map((first) => report(first, 2, 2, 3));
  expect(visits(report(1, 2, 2), ...early)).toEqual(["1-2", "", "", "", "", "!10-11"]);
});
